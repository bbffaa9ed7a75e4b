//! What the party's actor does with each message: ask the state, and perform what it says.

use super::{
    Deed, Disconnect, Do, Join, Leave, MayInvite, Party, Post, React, SayMood, Scored, ShareMood,
    SnapshotQuery, Stop,
    rights::Capability,
    roster::Seat,
    state::{Joining, Line},
};
use crate::fault::Fault;
use actix::Handler;

impl Handler<Join> for Party {
    type Result = Result<(), Fault>;

    fn handle(&mut self, msg: Join, ctx: &mut Self::Context) -> Self::Result {
        let Join { user, name, since, admitted, shares_mood, reply } = msg;
        if !admitted && !self.state.is_member(&user) {
            return Err(Fault::WrongPassword);
        }
        let joining = Joining {
            conn: reply.conn,
            user: user.clone(),
            name: name.clone(),
            since,
            shares_mood,
            reference: reply.reference,
        };
        let effects = self.state.join(joining, self.peers.clock.now_ms())?;
        self.arriving.push(Seat { conn: reply.conn, user, name, outbox: reply.outbox, shares_mood });
        self.perform(effects, ctx);
        Ok(())
    }
}

impl Handler<Leave> for Party {
    type Result = Result<(), Fault>;

    fn handle(&mut self, msg: Leave, ctx: &mut Self::Context) -> Self::Result {
        let effects = self.state.leave(&msg.user, self.peers.clock.now_ms())?;
        self.perform(effects, ctx);
        Ok(())
    }
}

impl Handler<Disconnect> for Party {
    type Result = ();

    fn handle(&mut self, msg: Disconnect, ctx: &mut Self::Context) {
        let effects = self.state.disconnect(msg.conn, self.peers.clock.now_ms());
        self.perform(effects, ctx);
    }
}

impl Handler<Post> for Party {
    type Result = ();

    fn handle(&mut self, msg: Post, ctx: &mut Self::Context) {
        let Post { text, reply_to, mentions, reply } = msg;
        let now_ms = self.now_ms();
        let line = Line { text, reply_to, mentions };
        let result = self.state.chat(reply.conn, line, reply.reference.clone(), now_ms);
        self.answer(result, &reply, ctx);
    }
}

impl Handler<React> for Party {
    type Result = ();

    fn handle(&mut self, msg: React, ctx: &mut Self::Context) {
        let React { emoji, position_ms, reply } = msg;
        let now_ms = self.now_ms();
        let result = self.state.react(reply.conn, emoji, position_ms, now_ms);
        self.answer(result, &reply, ctx);
    }
}

impl Handler<Do> for Party {
    type Result = ();

    fn handle(&mut self, msg: Do, ctx: &mut Self::Context) {
        let Do { act, reply } = msg;
        let now_ms = self.now_ms();
        let result = self.state.act(reply.conn, act, reply.reference.clone(), now_ms);
        self.answer(result, &reply, ctx);
    }
}

impl Handler<MayInvite> for Party {
    type Result = Result<(), Fault>;

    fn handle(&mut self, msg: MayInvite, _ctx: &mut Self::Context) -> Self::Result {
        self.state.need(&msg.user, Capability::Invite)
    }
}

impl Handler<SayMood> for Party {
    type Result = ();

    fn handle(&mut self, msg: SayMood, ctx: &mut Self::Context) {
        let effects = self.state.said_mood(&msg.user, msg.mood, self.peers.clock.now_ms());
        self.perform(effects, ctx);
    }
}

impl Handler<ShareMood> for Party {
    type Result = ();

    fn handle(&mut self, msg: ShareMood, ctx: &mut Self::Context) {
        let ShareMood { conn, user, shares } = msg;
        self.roster.share_mood(conn, shares);
        let effects = self.state.share_mood(conn, &user, shares, self.peers.clock.now_ms());
        self.perform(effects, ctx);
    }
}

impl Handler<Deed> for Party {
    type Result = ();

    fn handle(&mut self, msg: Deed, ctx: &mut Self::Context) {
        let effects = self.state.deed(&msg.user, self.peers.clock.now_ms());
        self.perform(effects, ctx);
    }
}

impl Handler<Scored> for Party {
    type Result = ();

    fn handle(&mut self, msg: Scored, ctx: &mut Self::Context) {
        let effects = self.state.scored(msg.seq, msg.compound, self.peers.clock.now_ms());
        self.perform(effects, ctx);
    }
}

impl Handler<Stop> for Party {
    type Result = ();

    fn handle(&mut self, _msg: Stop, ctx: &mut Self::Context) {
        self.sleep(ctx);
    }
}

impl Handler<SnapshotQuery> for Party {
    type Result = actix::MessageResult<SnapshotQuery>;

    fn handle(&mut self, msg: SnapshotQuery, _ctx: &mut Self::Context) -> Self::Result {
        actix::MessageResult(self.state.snapshot(&msg.viewer, self.peers.clock.now_ms()))
    }
}

#[cfg(test)]
impl Handler<super::Panic> for Party {
    type Result = ();

    #[expect(clippy::panic, reason = "this message exists to prove what a panic costs")]
    fn handle(&mut self, _msg: super::Panic, _ctx: &mut Self::Context) {
        panic!("planned");
    }
}
