//! Ops whose work, reader, replies and cancel meet at random moments: nothing is lost, and nobody waits for ever.
//!
//! A wait changes its way after 50 ms: then it makes an alarm, and is woken by that. So many things happen at that time.

use std::sync::mpsc;
use std::thread;

use super::*;

/// `CALLS=100000` makes many more.
fn ops() -> u64 {
    std::env::var("CALLS").ok().and_then(|calls| calls.parse::<u64>().ok()).map_or(200, |calls| calls / 10)
}

const TOGETHER: u64 = 50;
const STEPS: u64 = 12;
/// Longer than anything takes; what is lost takes for ever.
const PATIENCE: Duration = Duration::from_secs(30);

/// At once, soon, or just when a wait changes its way.
fn pause(chance: &mut fastrand::Rng) {
    match chance.u8(..8) {
        0..=3 => {}
        4..=6 => thread::sleep(Duration::from_micros(chance.u64(..300))),
        _ => thread::sleep(POLL_INTERVAL.mul_f64(0.98) + Duration::from_micros(chance.u64(..2000))),
    }
}

fn numbered(kind: EventType, number: u64) -> Event {
    Event::with_members(kind, 0, |json| json.extend([r#""number":"#, &number.to_string()]))
}

/// Pages and questions, in turns by chance. Gives how many questions were answered with an error.
fn work(channel: &Channel, chance: &mut fastrand::Rng) -> Result<String> {
    let mut refused = 0;
    for number in 0..STEPS {
        pause(chance);
        if chance.bool() {
            channel.hand_over(numbered(EventType::Page, number))?;
        } else {
            let fields = Map::from_iter([("number".to_owned(), number.into())]);
            refused += u64::from(channel.ask(EventType::Publish, "?", fields, None)?.is_err());
        }
        channel.tell(Event::new(EventType::Log, "done", Map::new()));
    }
    Ok(refused.to_string())
}

/// What comes next, waited for in one of three ways.
fn next(op: &Op, chance: &mut fastrand::Rng) -> Next {
    match chance.u8(..3) {
        0 => op.next(Some(PATIENCE)).expect("the same process"),
        1 => match op.next(Some(Duration::from_micros(chance.u64(..200)))).expect("the same process") {
            Next::Pending => op.next(Some(PATIENCE)).expect("the same process"),
            found => found,
        },
        _ => {
            let fd = op.dup_fd().expect("a descriptor");
            let watched = [(std::os::fd::AsFd::as_fd(&fd), PollFlags::POLLIN)];
            CancelToken::never().wait(watched, Some(Instant::now() + PATIENCE));
            op.next(Some(Duration::ZERO)).expect("the same process")
        }
    }
}

fn one(seed: u64) {
    let mut chance = fastrand::Rng::with_seed(seed);
    let mut theirs = chance.fork();
    let op = Op::start(&CancelToken::new(), move |channel| work(channel, &mut theirs)).expect("a thread");
    let is_cancelled = chance.u8(..3) == 0;
    let (mut numbers, mut refused) = (Vec::new(), 0_u64);
    thread::scope(|scope| {
        let (questions, asked) = mpsc::channel::<(u64, bool)>();
        let (mut replies, mut cancels) = (chance.fork(), chance.fork());
        let op = &op;
        scope.spawn(move || {
            for (id, is_refused) in asked {
                pause(&mut replies);
                let reply = if is_refused { r#""error":"no""# } else { r#""ok":true"# };
                let outcome = op.reply(&format!(r#"{{"id":{id},{reply}}}"#));
                assert!(outcome.is_ok() || is_cancelled, "seed {seed}: {outcome:?}");
            }
        });
        if is_cancelled {
            scope.spawn(move || {
                for _ in 0..cancels.u64(..STEPS) {
                    pause(&mut cancels);
                }
                op.cancel();
            });
        }
        loop {
            pause(&mut chance);
            match next(op, &mut chance) {
                Next::Event(event) => {
                    let members = parameter::parse(event.json(), "event").expect("JSON");
                    numbers.extend(members.get("number").and_then(Value::as_u64));
                    if let Some(id) = members.get("id").and_then(Value::as_u64) {
                        let is_refused = chance.bool();
                        refused += u64::from(is_refused);
                        questions.send((id, is_refused)).expect("it listens");
                    }
                }
                Next::Pending => panic!("seed {seed}: nothing came after {numbers:?}"),
                Next::Done => break,
            }
        }
    });
    let expected: Vec<_> = (0..numbers.len() as u64).collect();
    assert_eq!(numbers, expected, "seed {seed}: in order, and none is missing");
    match op.result() {
        Ok(counted) => {
            assert_eq!((numbers.len() as u64, counted), (STEPS, refused.to_string()), "seed {seed}");
        }
        Err(error) => assert!(is_cancelled && error.kind() == Kind::Cancelled, "seed {seed}: {error}"),
    }
}

#[test]
fn nothing_is_lost_whatever_meets() {
    let first = fastrand::u64(..1 << 32);
    for batch in 0..ops().div_ceil(TOGETHER) {
        thread::scope(|scope| {
            for number in 0..TOGETHER {
                scope.spawn(move || one(first + batch * TOGETHER + number));
            }
        });
    }
}

/// A wait makes its alarm when it has lasted for 50 ms, and a cancel at this time rings an alarm that may not be there yet.
#[test]
fn a_cancel_as_the_alarm_is_made_ends_the_wait() {
    let mut chance = fastrand::Rng::new();
    for _ in 0..ops().div_ceil(TOGETHER) {
        let (ended, ends) = mpsc::channel();
        for _ in 0..TOGETHER {
            let (token, ended) = (CancelToken::new(), ended.clone());
            let theirs = if chance.bool() { token.clone() } else { token.child() };
            let moment = POLL_INTERVAL.mul_f64(0.96) + Duration::from_micros(chance.u64(..4000));
            thread::spawn(move || ended.send(theirs.wait(None, None)));
            thread::spawn(move || {
                thread::sleep(moment);
                token.cancel();
            });
        }
        for _ in 0..TOGETHER {
            assert_eq!(ends.recv_timeout(PATIENCE), Ok(crate::cancel::Waited::Cancelled));
        }
    }
}
