//! Synthetic people for the demo: made from a seed, always labelled, never counted in a quality claim.

use super::{
    names,
    taste::{Shelf, Taste, gumbel, normal, shuffle},
};
use rand::{Rng, RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use soiree_domain::{
    Domain, Friendship, Interaction, InteractionKind as Kind, Item, Relation, User, UserId, UserKind,
};

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;

/// How many people, and what their lives are like.
#[derive(Debug, Clone, PartialEq)]
pub struct PopulationParams {
    /// Number of people.
    pub people: usize,
    /// Number of groups of people with a taste in common.
    pub communities: usize,
    /// Days before the end over which their deeds are spread.
    pub days: u32,
    /// Works that half of the people take up more of and half fewer.
    pub median_works: f32,
    /// Friends of a person, on average.
    pub friends: usize,
    /// Share of friendships that leave the community.
    pub strangers: f32,
}

impl Default for PopulationParams {
    fn default() -> Self {
        Self { people: 300, communities: 12, days: 180, median_works: 22.0, friends: 6, strangers: 0.12 }
    }
}

/// Synthetic people and what they did.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Population {
    /// People, all [`UserKind::Synthetic`], with ids `synthetic:p0001` and on.
    pub users: Vec<User>,
    /// Who knows whom; each once.
    pub friends: Vec<Friendship>,
    /// What they did, oldest first.
    pub interactions: Vec<Interaction>,
}

/// Makes people for the demo catalogue. The same seed, parameters and end give the same people, friendships and
/// deeds. Cost: people × works, about 20 ms for 300 people and 800 works.
#[must_use]
pub fn population(seed: u64, params: &PopulationParams, end_ms: i64) -> Population {
    populate(&super::items(), &super::relations(), seed, params, end_ms)
}

/// Makes people for any catalogue, as [`population`] does.
#[must_use]
pub fn populate(
    items: &[Item],
    relations: &[Relation],
    seed: u64,
    params: &PopulationParams,
    end_ms: i64,
) -> Population {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    let users: Vec<User> = (0..params.people).filter_map(|number| person(number, &mut rng)).collect();
    if items.is_empty() || users.is_empty() {
        return Population { users, ..Population::default() };
    }
    let shelf = Shelf::new(items, relations, &mut rng);
    let groups = params.communities.clamp(1, users.len());
    let shared: Vec<Taste> = (0..groups)
        .map(|_| {
            let mut taste = Taste::none(&shelf);
            taste.add_favourites(&shelf, 4, &mut rng);
            taste
        })
        .collect();
    // Communities differ in size: the square of an even draw makes the first ones larger.
    let community: Vec<usize> =
        users.iter().map(|_| (rng.random::<f32>().powi(2) * groups as f32) as usize % groups).collect();
    let known = acquaint(&community, params, &mut rng);
    let mut life = Life { items, shelf: &shelf, params, end_ms, taken: vec![Vec::new(); users.len()] };
    let mut interactions = Vec::new();
    for (number, user) in users.iter().enumerate() {
        let mut taste = shared[community[number]].clone();
        taste.add_favourites(&shelf, 2, &mut rng);
        life.live(number, user, &taste, &known[number], &mut rng, &mut interactions);
    }
    interactions
        .sort_by(|a, b| (a.at_ms, &a.user, &a.item, a.kind).cmp(&(b.at_ms, &b.user, &b.item, b.kind)));
    let pairs = known.iter().enumerate().flat_map(|(one, list)| list.iter().map(move |&other| (one, other)));
    let friends = pairs
        .filter(|(one, other)| one < other)
        .filter_map(|(one, other)| Friendship::new(users[one].id.clone(), users[other].id.clone()))
        .collect();
    Population { users, friends, interactions }
}

fn person(number: usize, rng: &mut impl Rng) -> Option<User> {
    const AGES: [(&str, f32); 6] =
        [("under-18", 0.06), ("18-24", 0.2), ("25-34", 0.3), ("35-44", 0.2), ("45-55", 0.14), ("56+", 0.1)];
    let id = UserId::new(format!("synthetic:p{:04}", number + 1)).ok()?;
    let mut user = User::new(id, names::name(number), UserKind::Synthetic);
    let mut left = rng.random::<f32>();
    user.age_group = AGES
        .iter()
        .find(|(_, share)| {
            left -= share;
            left < 0.0
        })
        .or(AGES.last())
        .map(|a| a.0.into());
    Some(user)
}

/// Friends of everybody, as a small world (Watts and Strogatz 1998): a ring in each community, of which some
/// ties lead to anybody instead.
fn acquaint(community: &[usize], params: &PopulationParams, rng: &mut impl Rng) -> Vec<Vec<usize>> {
    let people = community.len();
    let mut known = vec![Vec::new(); people];
    for group in 0..=community.iter().copied().max().unwrap_or(0) {
        let mut ring: Vec<usize> = (0..people).filter(|&p| community[p] == group).collect();
        shuffle(&mut ring, rng);
        for (at, &one) in ring.iter().enumerate() {
            for step in 1..=(params.friends / 2) {
                let mut other = ring[(at + step) % ring.len()];
                if rng.random::<f32>() < params.strangers {
                    other = rng.random_range(0..people);
                }
                if other != one && !known[one].contains(&other) {
                    known[one].push(other);
                    known[other].push(one);
                }
            }
        }
    }
    known
}

/// The world in which people take up works.
struct Life<'a> {
    items: &'a [Item],
    shelf: &'a Shelf,
    params: &'a PopulationParams,
    end_ms: i64,
    /// Works that each person liked so far; friends hear of them.
    taken: Vec<Vec<u32>>,
}

impl Life<'_> {
    /// One person's deeds: works drawn by popularity, taste, domain and what friends liked.
    fn live(
        &mut self,
        number: usize,
        user: &User,
        taste: &Taste,
        friends: &[usize],
        rng: &mut impl Rng,
        out: &mut Vec<Interaction>,
    ) {
        let fit = taste.fit(self.shelf);
        let leaning =
            Domain::ALL.map(|domain| 0.6 * normal(rng) - if domain == Domain::Product { 1.0 } else { 0.0 });
        let mut weight: Vec<f32> = (0..self.items.len())
            .map(|i| self.shelf.popularity[i] + 5.0 * fit[i] + leaning[self.items[i].domain.index()])
            .collect();
        for &work in friends.iter().flat_map(|&friend| &self.taken[friend]) {
            weight[work as usize] += 0.35;
        }
        let mut drawn: Vec<(f32, usize)> =
            weight.iter().enumerate().map(|(i, w)| (w + gumbel(rng), i)).collect();
        let works = self.params.median_works * (0.65 * normal(rng)).exp();
        let works = (works as usize).clamp(4, 160).min(drawn.len());
        drawn.sort_by(|a, b| b.0.total_cmp(&a.0));
        for &(_, work) in &drawn[..works] {
            let liking = 0.25 + 0.6 * fit[work] + 0.16 * normal(rng);
            let start = out.len();
            take_up(user, &self.items[work], liking, self.moment(rng), rng, out);
            for deed in &mut out[start..] {
                deed.at_ms = deed.at_ms.min(self.end_ms - 1);
            }
            if liking > 0.5 {
                self.taken[number].push(work as u32);
            }
        }
    }

    /// A moment of the past: any day, mostly in the evening.
    fn moment(&self, rng: &mut impl Rng) -> i64 {
        let days = i64::from(self.params.days.max(1));
        let day = self.end_ms - DAY_MS * rng.random_range(1..=days);
        let midnight = day - day.rem_euclid(DAY_MS);
        let hour =
            if rng.random::<f32>() < 0.75 { 20.0 + 1.6 * normal(rng) } else { rng.random_range(7.0..23.0) };
        let start = midnight + (f64::from(hour.clamp(0.0, 23.9)) * HOUR_MS as f64) as i64;
        start.clamp(self.end_ms - days * DAY_MS, self.end_ms - 1).max(0)
    }
}

/// What somebody does with one work, from the first look to the verdict.
fn take_up(
    user: &User,
    item: &Item,
    liking: f32,
    start: i64,
    rng: &mut impl Rng,
    out: &mut Vec<Interaction>,
) {
    let mut at = start;
    let mut deed = |kind: Kind, value: Option<f32>, later: i64| {
        at += later;
        let mut deed = Interaction::new(user.id.clone(), item.id.clone(), kind, at);
        deed.value = value;
        out.push(deed);
    };
    let mut even = || rng.random::<f32>();
    if even() < 0.25 {
        deed(Kind::View, None, 0);
    }
    let length = i64::from(item.duration_min.unwrap_or(60)).min(600) * MINUTE_MS;
    match item.domain {
        Domain::Product => {
            deed(Kind::Click, None, MINUTE_MS);
            if even() < liking {
                deed(Kind::Cart, None, 5 * MINUTE_MS);
                if even() < liking {
                    deed(Kind::Buy, None, 10 * MINUTE_MS);
                }
            }
        }
        Domain::Music => {
            let plays = 1.0 + (even() * 25.0 * liking.max(0.0)).floor();
            deed(Kind::Play, Some(plays), MINUTE_MS);
            if liking < 0.2 {
                deed(Kind::Skip, None, 2 * MINUTE_MS);
            }
        }
        Domain::Film | Domain::Series | Domain::Book => {
            deed(Kind::Play, None, MINUTE_MS);
            if even() < 0.35 + 0.75 * liking {
                deed(Kind::Finish, None, length);
            } else if even() < 0.5 {
                deed(Kind::Progress, Some((0.1 + 0.7 * even()).min(1.0)), length / 2);
            } else {
                deed(Kind::Skip, None, length / 4);
            }
        }
    }
    if even() < 0.4 {
        let stars = (1.0 + 4.6 * liking).clamp(0.5, 5.0);
        deed(Kind::Rate, Some((stars * 2.0).round() / 2.0), MINUTE_MS);
    }
    if liking > 0.55 && even() < 0.4 {
        deed(Kind::Like, None, MINUTE_MS);
    } else if liking < 0.1 && even() < 0.3 {
        deed(Kind::Dislike, None, MINUTE_MS);
    }
    if liking > 0.7 && even() < 0.12 {
        deed(Kind::Share, None, MINUTE_MS);
    }
}

#[cfg(test)]
mod tests;
