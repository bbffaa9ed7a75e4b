//! Whether what a member writes may count for the mood of the room.

use super::{Effect, Joining, PartySettings, START_MS, State, joining, line, party, user};

#[test]
fn the_lines_of_who_does_not_want_to_count_are_not_read() {
    let mut state = State::new(party(), PartySettings::default());
    let silent = |conn| Joining { shares_mood: false, ..joining(conn, 1, None) };
    state.join(joining(1, 0, None), START_MS).unwrap();
    state.join(joining(2, 1, None), START_MS).unwrap();
    let mut at_ms = START_MS;
    let mut read = |state: &mut State, conn| {
        at_ms += 10_000;
        let effects = state.chat(conn, line("this is awful"), None, at_ms).unwrap();
        effects.iter().any(|effect| matches!(effect, Effect::Score { .. }))
    };
    assert!(read(&mut state, 1) && read(&mut state, 2));
    let first = state.snapshot(&user(1), START_MS).chat[1].seq;
    state.scored(first, -0.5, START_MS);
    // Taken back: what was read is forgotten, also on its way.
    state.share_mood(2, &user(1), false, START_MS);
    assert!(!read(&mut state, 2) && read(&mut state, 1));
    state.scored(first, -0.5, START_MS);
    assert!(state.snapshot(&user(1), START_MS).chat.iter().all(|line| line.sentiment.is_none()));
    // One more device says nothing against it; coming in anew on the only device decides.
    state.join(joining(3, 1, None), START_MS).unwrap();
    assert!(!read(&mut state, 3));
    state.disconnect(2, START_MS);
    state.disconnect(3, START_MS);
    state.join(joining(4, 1, None), START_MS).unwrap();
    assert!(read(&mut state, 4));
    // Another device takes it back for all of them: the marks go too.
    let latest = state.snapshot(&user(1), START_MS).chat.last().unwrap().seq;
    state.scored(latest, 0.5, START_MS);
    let marked =
        |state: &State| state.snapshot(&user(1), START_MS).chat.iter().any(|line| line.sentiment.is_some());
    assert!(marked(&state));
    state.join(silent(5), START_MS).unwrap();
    assert!(!marked(&state));
    assert!(!read(&mut state, 4) && !read(&mut state, 5));
    // What one device says does not lift what the other said.
    state.share_mood(4, &user(1), true, START_MS);
    assert!(!read(&mut state, 4) && state.refuses(5) && !state.refuses(4));
    state.share_mood(5, &user(1), true, START_MS);
    assert!(read(&mut state, 4));
}
