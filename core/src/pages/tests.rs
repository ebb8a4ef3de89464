//! A model of the service's list, which changes while it is read, and of servers that lie: in their pages and in their
//! counts.

#![expect(clippy::cast_possible_truncation, reason = "small numbers")]

use std::collections::{BTreeSet, HashSet, VecDeque};

use proptest::prelude::*;

use super::pager::{Counts, Pager};
use crate::error::{Kind, Result};

/// The server's answer for a page.
trait Server {
    fn page(&mut self, page: u64, limit: u64) -> (Counts, Vec<String>);
}

/// Reads a complete list. Returns the entries in order, and how many pages were requested.
fn read(server: &mut dyn Server, limit: u64) -> (Result<Vec<String>>, usize) {
    let mut pager = Pager::new(1, limit);
    let (mut all, mut requests) = (Vec::new(), 0);
    loop {
        requests += 1;
        let (counts, ids) = server.page(pager.page(), pager.limit());
        let borrowed: Vec<&str> = ids.iter().map(String::as_str).collect();
        match pager.take(counts, &borrowed) {
            Err(error) => return (Err(error), requests),
            Ok(taken) => {
                all.extend(taken.fresh.iter().map(|place| ids[*place].clone()));
                if taken.is_last {
                    return (Ok(all), requests);
                }
            }
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Change {
    Order,
    Cancel(prop::sample::Index),
}

/// An account on which others order and cancel between our requests. Its pages and counts are correct.
struct Account {
    list: Vec<String>,
    is_newest_first: bool,
    changes: std::vec::IntoIter<Vec<Change>>,
    made: usize,
    throughout: BTreeSet<String>,
}

impl Account {
    fn new(size: usize, is_newest_first: bool, changes: Vec<Vec<Change>>) -> Self {
        let list: Vec<String> = (0..size).map(|number| number.to_string()).collect();
        let throughout = list.iter().cloned().collect();
        Self { list, is_newest_first, changes: changes.into_iter(), made: size, throughout }
    }

    fn change(&mut self, change: Change) {
        match change {
            Change::Order => {
                let at = if self.is_newest_first { 0 } else { self.list.len() };
                self.list.insert(at, self.made.to_string());
                self.made += 1;
            }
            Change::Cancel(which) if !self.list.is_empty() => {
                let gone = self.list.remove(which.index(self.list.len()));
                self.throughout.remove(&gone);
            }
            Change::Cancel(_) => {}
        }
    }
}

impl Server for Account {
    fn page(&mut self, page: u64, limit: u64) -> (Counts, Vec<String>) {
        for change in self.changes.next().unwrap_or_default() {
            self.change(change);
        }
        let counts = Counts { total_count: Some(self.list.len() as u64), limit: Some(limit) };
        let skipped = (page - 1) * limit;
        (counts, self.list.iter().skip(skipped as usize).take(limit as usize).cloned().collect())
    }
}

fn batches(most: usize) -> impl Strategy<Value = Vec<Vec<Change>>> {
    let change = prop_oneof![Just(Change::Order), any::<prop::sample::Index>().prop_map(Change::Cancel)];
    let batch = prop_oneof![3 => Just(vec![]), 2 => proptest::collection::vec(change, 1..4)];
    proptest::collection::vec(batch, 0..most)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn an_honest_account_is_read_whole_while_others_come_and_go(
        size in 0_usize..40, limit in 1_u64..9, is_newest_first in any::<bool>(), changes in batches(60),
    ) {
        let batches = changes.iter().filter(|batch| !batch.is_empty()).count();
        let mut account = Account::new(size, is_newest_first, changes);
        let (outcome, requests) = read(&mut account, limit);
        let most = 8 * (2 * (size + 200) + 20);
        prop_assert!(requests <= most, "{} requests", requests);
        match outcome {
            Ok(all) => {
                let distinct: BTreeSet<String> = all.iter().cloned().collect();
                prop_assert_eq!(distinct.len(), all.len(), "one came twice");
                let missed: Vec<_> = account.throughout.difference(&distinct).collect();
                prop_assert!(missed.is_empty(), "missed: {:?}", missed);
            }
            Err(error) => {
                prop_assert!(batches > 3, "{} after {} changes", error, batches);
                prop_assert_eq!(error.kind(), Kind::Response);
            }
        }
    }

    #[test]
    fn a_quiet_account_costs_what_it_must(size in 0_usize..200, limit in 1_u64..50) {
        let mut account = Account::new(size, true, vec![]);
        let (outcome, requests) = read(&mut account, limit);
        prop_assert_eq!(outcome.map(|all| all.len()).ok(), Some(size));
        let pages = size.div_ceil(limit as usize).max(1);
        // A list with one page is read once, others twice. A full last page is no proof.
        let proof = usize::from(size > 0 && size % limit as usize == 0);
        prop_assert_eq!(requests, if pages == 1 { 1 } else { 2 * pages } + proof);
    }
}

/// The total count of a lying server.
#[derive(Clone, Copy, Debug)]
enum Total {
    True,
    Absent,
    Fixed(u64),
    OfThisPage,
    Growing(u64),
}

/// The entries that it returns.
#[derive(Clone, Copy, Debug)]
enum Pages {
    /// The real ones, with this maximum per page.
    Capped(u64),
    /// The real ones, and the last page again for all later pages.
    LastAgain,
    /// The first page for every number.
    Same,
    /// New entries without an end.
    Endless,
    /// One new entry on each page, and otherwise old ones.
    Dripping,
    /// Two pages alternately.
    InTurn,
}

#[derive(Debug)]
struct Liar {
    size: u64,
    pages: Pages,
    total: Total,
    limit: Option<u64>,
    asked: u64,
}

impl Server for Liar {
    fn page(&mut self, page: u64, limit: u64) -> (Counts, Vec<String>) {
        self.asked += 1;
        let all = |from: u64, count: u64| (from..(from + count).min(self.size)).collect::<Vec<u64>>();
        let ids = match self.pages {
            Pages::Capped(most) => all((page - 1) * limit.min(most), limit.min(most)),
            Pages::LastAgain => all((page - 1).min(self.size.saturating_sub(1) / limit) * limit, limit),
            Pages::Same => all(0, limit),
            Pages::InTurn => all((self.asked % 2) * limit, limit),
            Pages::Endless => (self.asked * limit..(self.asked + 1) * limit).collect(),
            Pages::Dripping => (0..limit - 1).chain([1_000_000 + self.asked]).collect(),
        };
        let total_count = match self.total {
            Total::True => Some(self.size),
            Total::Absent => None,
            Total::Fixed(count) => Some(count),
            Total::OfThisPage => Some(ids.len() as u64),
            Total::Growing(step) => Some(self.size + self.asked * step),
        };
        let ids = ids.iter().map(u64::to_string).collect();
        (Counts { total_count, limit: self.limit }, ids)
    }
}

fn liars() -> impl Strategy<Value = (Liar, u64)> {
    let total = prop_oneof![
        Just(Total::True),
        Just(Total::Absent),
        (0_u64..1000).prop_map(Total::Fixed),
        Just(Total::OfThisPage),
        (1_u64..200).prop_map(Total::Growing),
    ];
    let pages = prop_oneof![
        (1_u64..30).prop_map(Pages::Capped),
        Just(Pages::LastAgain),
        Just(Pages::Same),
        Just(Pages::Endless),
        Just(Pages::Dripping),
        Just(Pages::InTurn),
    ];
    let limit = prop_oneof![Just(None), Just(Some(0)), (1_u64..2000).prop_map(Some)];
    (0_u64..300, pages, total, limit, 1_u64..120)
        .prop_map(|(size, pages, total, limit, asked)| (Liar { size, pages, total, limit, asked: 0 }, asked))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn whatever_a_server_says_there_is_an_end((mut liar, limit) in liars()) {
        let (outcome, requests) = read(&mut liar, limit);
        let most = match (liar.pages, liar.total) {
            // Repeated pages are noticed soon.
            (Pages::Same, _) => 16,
            (Pages::InTurn, _) => 20,
            (Pages::Endless, Total::Absent) => 8 * 100,
            _ => 8 * (2 * 1000 + 20),
        };
        prop_assert!(requests <= most, "{} requests", requests);
        match outcome {
            Ok(all) => {
                let distinct: HashSet<&String> = all.iter().collect();
                prop_assert_eq!(distinct.len(), all.len());
                let is_whole = matches!(liar.pages, Pages::Capped(_) | Pages::LastAgain);
                // A count that is too small can hide entries after a page that is cut short.
                let is_counted = matches!(liar.total, Total::True | Total::Absent | Total::Growing(_));
                prop_assert!(!is_whole || !is_counted || all.len() as u64 == liar.size, "{} of {}", all.len(), liar.size);
            }
            Err(error) => {
                prop_assert_eq!(error.kind(), Kind::Response);
                prop_assert!(error.message().contains("certificates") || error.message().contains("keeps changing"), "{}", error);
            }
        }
    }
}

/// Wrong counts are no reason to give up on a list that is complete.
#[test]
fn a_list_is_read_whole_with_a_count_of_something_else() {
    for (total, limit) in [
        (Total::Fixed(10_000), 100),
        (Total::Fixed(251), 100),
        (Total::Fixed(100), 100),
        (Total::Fixed(200), 100),
        (Total::Fixed(0), 100),
        (Total::Absent, 100),
        (Total::Absent, 50),
    ] {
        for said in [None, Some(0), Some(limit)] {
            let mut liar = Liar { size: 250, pages: Pages::Capped(1000), total, limit: said, asked: 0 };
            let (outcome, requests) = read(&mut liar, limit);
            assert_eq!(outcome.map(|all| all.len()), Ok(250), "{total:?} {said:?}");
            assert!(requests <= 4 * (250 / limit as usize + 2), "{total:?}: {requests}");
        }
    }
}

/// A total count, and ids.
type Scripted = (u64, &'static [&'static str]);

/// Returns these pages, one after another.
struct Script(VecDeque<Scripted>);

impl Server for Script {
    fn page(&mut self, _: u64, limit: u64) -> (Counts, Vec<String>) {
        let (total, ids) = self.0.pop_front().expect("no more is asked for");
        let counts = Counts { total_count: Some(total), limit: Some(limit) };
        (counts, ids.iter().map(|id| (*id).to_owned()).collect())
    }
}

fn read_script(pages: &[Scripted]) -> Result<Vec<String>> {
    let mut script = Script(pages.iter().copied().collect());
    let (outcome, _) = read(&mut script, 2);
    assert!(script.0.is_empty(), "too few were asked for");
    outcome
}

/// One is ordered between two sweeps, one is cancelled in each: then both look the same.
#[test]
fn two_sweeps_may_be_the_same_by_chance() {
    let (one, two): (Scripted, Scripted) = ((3, &["a", "b"]), (2, &[]));
    let all = read_script(&[one, two, one, two, (2, &["b", "d"]), (2, &[])]);
    assert_eq!(all, Ok(["a", "b", "d"].map(str::to_owned).to_vec()));
    let error = read_script(&[one, two, one, two, one, two]).expect_err("it cannot be told");
    assert!(error.message().contains("the same 2 certificates three times"), "{error}");
}

#[test]
fn an_empty_first_page_beside_a_count_is_asked_for_once_more() {
    let read = read_script;
    assert_eq!(read(&[(2, &[]), (2, &["a", "b"]), (2, &[])]), Ok(vec!["a".to_owned(), "b".to_owned()]));
    assert_eq!(read(&[(1, &[]), (1, &["a"])]), Ok(vec!["a".to_owned()]));
    assert_eq!(read(&[(1, &[]), (0, &[])]), Ok(vec![]));
    assert_eq!(read(&[(0, &[])]), Ok(vec![]));
    // In a later sweep, too.
    let three: [Scripted; 2] = [(3, &["a", "b"]), (3, &["c"])];
    assert_eq!(read(&[three[0], three[1], (3, &[]), three[0], three[1]]).map(|all| all.len()), Ok(3));
    for pages in [vec![(4, [].as_slice()); 2], vec![three[0], three[1], (4, &[]), (4, &[])]] {
        let error = read(&pages).expect_err("it cannot be told");
        assert_eq!(error.kind(), Kind::Response);
        assert!(error.message().contains("there are 4 certificates, and gave none"), "{error}");
    }
}

/// Starting after the end of a list gives no entries, and that is correct.
#[test]
fn what_is_skipped_at_the_start_is_counted() {
    let taken = |total| {
        let mut pager = Pager::new(3, 100);
        pager.take(Counts { total_count: Some(total), limit: Some(100) }, &[]).map(|taken| taken.is_last)
    };
    assert_eq!((taken(150), taken(200), taken(201)), (Ok(true), Ok(true), Ok(false)));
}

#[test]
fn the_error_says_what_the_server_did() {
    let tell = |pages, total| {
        let mut liar = Liar { size: 500, pages, total, limit: Some(100), asked: 0 };
        let (outcome, requests) = read(&mut liar, 100);
        (outcome.expect_err("no end").message().to_owned(), requests)
    };
    let (message, requests) = tell(Pages::Same, Total::True);
    assert!(message.contains("500 certificates, and gave 100") && requests == 4, "{message} {requests}");
    let (message, requests) = tell(Pages::Endless, Total::True);
    assert!(message.contains("keeps changing") && requests == 8 * 5, "{message} {requests}");
    let (message, requests) = tell(Pages::Endless, Total::Fixed(30));
    assert!(
        message.contains("does not end") && message.contains("are 30") && requests < 12,
        "{message} {requests}"
    );
    let (message, _) = tell(Pages::Endless, Total::Absent);
    assert!(message.contains("does not say how many"), "{message}");
    let (message, requests) = tell(Pages::Capped(100), Total::Growing(100));
    assert!(message.contains("keeps changing") && requests <= 8 * 6, "{message} {requests}");
    // Much more than the count, and page after page of it.
    let mut liar = Liar { size: 500, pages: Pages::Capped(7), total: Total::Fixed(3), limit: None, asked: 0 };
    let (outcome, requests) = read(&mut liar, 7);
    assert!(
        outcome.is_err_and(|error| error.message().contains("there are 3 certificates")) && requests < 12
    );
}
