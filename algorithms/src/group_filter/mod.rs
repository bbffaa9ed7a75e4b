//! A group model without training: what a group has done is passed through low-pass filters on item graphs, and
//! beside it stands what groups with members in common have done.
//!
//! Three graphs of items, from three matrices: groups × items (`G`), people × items through all groups that they are in
//! (`MᵀG`, with `M` groups × people), and people × items by themselves (`U`). Each is normalised by powers of the sums of
//! its rows and columns, and then taken to a power entry by entry:
//!
//! `S_ji = (d_j^-a · Σ_r R_rj R_ri |r|^-γ · d_i^-b)^p`, `S_jj = 0`
//!
//! For a group `g` with items `x`,
//!
//! `score = w_G ‖xS_G‖ + w_M ‖xS_M‖ + w_2 ‖xS_M S_M‖ + w_U ‖xS_U‖ + w_O ‖o‖`,
//! `o = Σ_{u in g} n_u^-c Σ_{h ∋ u, h ≠ g} |h|^-e G_h`
//!
//! where `‖v‖` is `v` brought to length 1, `n_u` is in how many groups a member is, and `|h|` how many members a group has.
//! The idea of three polynomial graph filters that are summed is that of Group-GF (2025), which follows GF-CF (Shen and
//! others, "How Powerful is Graph Convolution for Recommendation?", CIKM 2021) and Turbo-CF (Park and others, SIGIR 2024);
//! normalising by free powers is LinkProp's (Fu and others, "Revisiting Neighborhood-based Link Prediction for Collaborative
//! Filtering", 2022). The term `o` is ours.
//!
//! A fit costs `O(Σ_r nnz(r)²)` over the rows of the three matrices, parallel over the items, and keeps the links that
//! occur; a score costs `O(|x| · items)`, and `O(items²)` at most for the second step.

mod graph;
mod links;
mod params;
#[cfg(test)]
mod tests;

pub use links::Links;
pub use params::Params;

use graph::{filter, power, step};

use crate::matrix::Csr;
use crate::model::{FitError, Profile, Progress};

/// What is known of groups and people.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    /// Groups × items: what groups did.
    pub groups: &'a Csr,
    /// Groups × people: who is in them.
    pub members: &'a Csr,
    /// People × items: what people did by themselves.
    pub people: &'a Csr,
}

/// A group that is asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Asked<'a> {
    /// What the group has done, items rising.
    pub history: Profile<'a>,
    /// Its members' numbers.
    pub members: &'a [u32],
    /// Its number when it is one of those the model was fitted on, so that it does not speak for itself.
    pub group: Option<u32>,
}

/// The fitted filters.
#[derive(Debug, Clone)]
pub struct GroupFilter {
    params: Params,
    by_groups: Csr,
    by_members: Csr,
    by_people: Csr,
    /// People × groups.
    of_person: Csr,
    groups: Csr,
    people: Csr,
    /// How much each group speaks for its items.
    group_speaks: Vec<f32>,
}

impl GroupFilter {
    /// Builds the graphs; of each item's links the strongest `keep` of each graph stay, so that [`usize::MAX`] keeps all.
    ///
    /// # Errors
    /// [`FitError::Parameter`], also when the matrices do not fit together; [`FitError::Empty`] when nobody did anything;
    /// [`FitError::Cancelled`].
    pub fn fit(
        evidence: Evidence<'_>,
        params: Params,
        keep: usize,
        progress: &dyn Progress,
    ) -> Result<Self, FitError> {
        params.check()?;
        let Evidence { groups, members, people } = evidence;
        fits("members", members.rows() == groups.rows(), "one row per group")?;
        fits("people", people.rows() == members.cols(), "one row per person")?;
        fits("people", people.cols() == groups.cols(), "one column per item")?;
        if groups.nnz() + people.nnz() == 0 {
            return Err(FitError::Empty);
        }
        let parts = |done| {
            progress.report(done, 3);
            if progress.cancelled() { Err(FitError::Cancelled) } else { Ok(()) }
        };
        parts(0)?;
        let by_groups = filter(groups, params.groups(), keep);
        parts(1)?;
        let of_person = members.transpose();
        let by_members = filter(&through_groups(&of_person, groups), params.members(), keep);
        parts(2)?;
        let by_people = filter(people, params.people(), keep);
        parts(3)?;
        let group_speaks = (0..members.rows())
            .map(|group| power(members.row(group).0.len() as f32, -params.overlap_groups))
            .collect();
        Ok(Self {
            params,
            by_groups,
            by_members,
            by_people,
            of_person,
            groups: groups.clone(),
            people: people.clone(),
            group_speaks,
        })
    }

    /// Number of items, the length of every score vector.
    #[must_use]
    pub fn items(&self) -> usize {
        self.groups.cols()
    }

    /// Writes one score per item, higher is better, never below 0.
    ///
    /// # Panics
    /// When `out` is not as long as there are items.
    pub fn score(&self, asked: &Asked<'_>, out: &mut [f32]) {
        assert_eq!(out.len(), self.items(), "one score per item");
        out.fill(0.0);
        let profile = self.profile(asked);
        let mut part = vec![0_f32; out.len()];
        let p = &self.params;
        for (filter, weight) in [(&self.by_groups, p.groups_weight), (&self.by_people, p.people_weight)] {
            part.fill(0.0);
            step(filter, profile.iter().copied(), &mut part);
            add_unit(&part, weight, out);
        }
        part.fill(0.0);
        step(&self.by_members, profile.iter().copied(), &mut part);
        add_unit(&part, p.members_weight, out);
        if p.members_second > 0.0 {
            let mut twice = vec![0_f32; out.len()];
            let reached = (0_u32..).zip(part.iter().copied()).filter(|cell| cell.1 > 0.0);
            step(&self.by_members, reached, &mut twice);
            add_unit(&twice, p.members_second, out);
        }
        part.fill(0.0);
        self.overlap(asked, &mut part);
        add_unit(&part, p.overlap_weight, out);
    }

    /// The group's items, with those of its members beside or in their place.
    fn profile(&self, asked: &Asked<'_>) -> Vec<(u32, f32)> {
        let known = asked.history.iter().filter(|cell| (cell.0 as usize) < self.items());
        let mut profile: Vec<(u32, f32)> = known.copied().collect();
        let share = if profile.is_empty() { 1.0 } else { self.params.histories };
        if share > 0.0 && !asked.members.is_empty() {
            let each = share / asked.members.len() as f32;
            for &member in asked.members.iter().filter(|m| (**m as usize) < self.people.rows()) {
                let (items, values) = self.people.row(member as usize);
                profile.extend(items.iter().zip(values).map(|(&item, &value)| (item, each * value)));
            }
        }
        profile
    }

    fn overlap(&self, asked: &Asked<'_>, out: &mut [f32]) {
        for &member in asked.members.iter().filter(|m| (**m as usize) < self.of_person.rows()) {
            let (groups, _) = self.of_person.row(member as usize);
            let speaks = power(groups.len() as f32, -self.params.overlap_people);
            for &group in groups.iter().filter(|group| Some(**group) != asked.group) {
                let (items, values) = self.groups.row(group as usize);
                let weight = speaks * self.group_speaks[group as usize];
                for (&item, &value) in items.iter().zip(values) {
                    out[item as usize] += weight * value;
                }
            }
        }
    }
}

fn fits(name: &'static str, ok: bool, allowed: &'static str) -> Result<(), FitError> {
    if ok { Ok(()) } else { Err(FitError::Parameter { name, allowed, found: "another shape".to_owned() }) }
}

/// People × items through the groups that they are in: how often each person did each item with others.
fn through_groups(of_person: &Csr, groups: &Csr) -> Csr {
    let mut cells = Vec::new();
    let mut counts = vec![0_f32; groups.cols()];
    for person in 0..of_person.rows() {
        let mut touched = Vec::new();
        for &group in of_person.row(person).0 {
            let (items, values) = groups.row(group as usize);
            for (&item, &value) in items.iter().zip(values) {
                counts[item as usize] += value;
                touched.push(item);
            }
        }
        touched.sort_unstable();
        touched.dedup();
        cells.extend(
            touched.into_iter().map(|item| (person as u32, item, std::mem::take(&mut counts[item as usize]))),
        );
    }
    Csr::from_triplets(of_person.rows(), groups.cols(), &cells)
}

/// Adds `weight` times the part brought to length 1; nothing when it is empty.
fn add_unit(part: &[f32], weight: f32, out: &mut [f32]) {
    let length = part.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>().sqrt() as f32;
    if length > 0.0 && weight > 0.0 {
        let scale = weight / length;
        out.iter_mut().zip(part).for_each(|(out, part)| *out += scale * part);
    }
}
