use super::*;
use soiree_domain::{Domain, ItemId, RelationKind};
use std::collections::{BTreeMap, HashSet};

#[test]
fn every_line_is_well_formed() {
    let bad: Vec<_> = lines().filter_map(Result::err).map(|bad| bad.to_string()).collect();
    assert!(bad.is_empty(), "{bad:#?}");
    assert_eq!(lines().count(), items().len() + relations().len(), "only works and links");
}

#[test]
fn works_are_complete() {
    let items = items();
    assert!(items.len() >= 400, "{}", items.len());
    let ids: HashSet<&ItemId> = items.iter().map(|item| &item.id).collect();
    assert_eq!(ids.len(), items.len(), "ids are unique");
    for domain in Domain::ALL {
        assert!(items.iter().filter(|item| item.domain == domain).count() >= 20, "{domain}");
    }
    for item in &items {
        assert!(item.id.as_str().starts_with("demo:"), "{}", item.id);
        assert!(item.faults().is_empty(), "{}: {:?}", item.id, item.faults());
        assert!(!item.genres.is_empty(), "{} has no genre", item.id);
        assert!(!item.description.is_empty(), "{} has no description", item.id);
        assert!(item.domain == Domain::Product || !item.creators.is_empty(), "{} has no maker", item.id);
        for mood in &item.moods {
            assert!(MOODS.contains(&mood.as_str()), "{}: mood {mood:?} is not in the closed list", item.id);
        }
    }
}

#[test]
fn links_hold_and_reach_over_domains() {
    let items = items();
    let domains: BTreeMap<&str, Domain> = items.iter().map(|i| (i.id.as_str(), i.domain)).collect();
    let mut across = 0;
    let mut seen = HashSet::new();
    for link in relations() {
        let (Some(from), Some(to)) = (domains.get(link.from.as_str()), domains.get(link.to.as_str())) else {
            panic!("{} {} {} leads nowhere", link.from, link.kind, link.to);
        };
        across += usize::from(from != to);
        assert!(seen.insert(link), "a link stands twice");
    }
    assert!(across >= 150, "{across}");
}

#[test]
fn gatsby_has_its_kin() {
    let links = relations();
    let linked = |from: &str, kind: RelationKind, to: &str| {
        links.iter().any(|l| l.from.as_str() == from && l.kind == kind && l.to.as_str() == to)
    };
    let (novel, film) = ("demo:book-the-great-gatsby-1925", "demo:film-the-great-gatsby-2013");
    assert!(linked(novel, RelationKind::Adaptation, film));
    assert!(
        links.iter().any(|l| l.from.as_str() == film && l.kind == RelationKind::Soundtrack),
        "the film of 2013 has its soundtrack"
    );
}
