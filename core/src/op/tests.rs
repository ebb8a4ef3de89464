use super::*;

fn log(number: usize) -> Event {
    Event::new(EventType::Log, &number.to_string(), Map::new())
}

#[test]
fn events_drain_before_done_and_the_result_repeats() {
    let op = Op::start(&CancelToken::new(), |channel| {
        channel.tell(log(1));
        channel.tell(log(2));
        Ok("{}".to_owned())
    })
    .expect("a thread");
    assert_eq!(op.next(None), Ok(Next::Event(log(1))));
    assert_eq!(op.next(None), Ok(Next::Event(log(2))));
    assert_eq!(op.next(None), Ok(Next::Done));
    assert_eq!(op.next(Some(Duration::ZERO)), Ok(Next::Done));
    assert_eq!(op.result(), Ok("{}".to_owned()));
    assert_eq!(op.result(), Ok("{}".to_owned()));
}

#[test]
fn a_result_that_is_not_there_is_not_ready() {
    let op = Op::start(&CancelToken::new(), |channel| {
        channel.ask(EventType::Publish, "?", Map::new(), None).map(|_| String::new())
    })
    .expect("a thread");
    assert!(matches!(op.next(None), Ok(Next::Event(_))));
    assert_eq!(op.next(Some(Duration::ZERO)), Ok(Next::Pending));
    assert_eq!(op.result().expect_err("it runs").kind(), Kind::NotReady);
}

#[test]
fn a_full_queue_drops_logs_but_no_questions() {
    let (sender, all_told) = std::sync::mpsc::channel();
    let op = Op::start(&CancelToken::new(), move |channel| {
        for number in 0..MOST_EVENTS + 10 {
            channel.tell(log(number));
        }
        sender.send(()).map_err(|error| Error::new(Kind::Internal, error.to_string()))?;
        channel
            .ask(EventType::Publish, "now", Map::new(), None)?
            .map_err(|why| Error::new(Kind::Api, why))?;
        Ok("{}".to_owned())
    })
    .expect("a thread");
    all_told.recv().expect("the thread");
    let (mut logs, mut told_of_drops) = (0, false);
    loop {
        match op.next(None).expect("the same process") {
            Next::Event(event) if event.kind() == EventType::Publish => {
                op.reply(r#"{"id":1,"ok":true}"#).expect("it waits");
            }
            Next::Event(event) if event.json().contains("10 events were dropped") => told_of_drops = true,
            Next::Event(_) => logs += 1,
            Next::Done => break,
            Next::Pending => unreachable!("waits without a time-out"),
        }
    }
    assert_eq!((logs, told_of_drops), (MOST_EVENTS, true));
    assert!(op.result().is_ok());
}

#[test]
fn replies_are_checked_and_reach_the_question() {
    let op = Op::start(&CancelToken::new(), |channel| {
        let reply = channel.ask(EventType::Publish, "publish this", Map::new(), None)?;
        Ok(format!("{reply:?}"))
    })
    .expect("a thread");
    let Ok(Next::Event(event)) = op.next(None) else { panic!("a question") };
    assert_eq!(event.json(), r#"{"id":1,"message":"publish this","type":"publish"}"#);
    for (reply, parameter) in [
        (r#"{"id":2,"ok":true}"#, Some("id")),
        (r#"{"ok":true}"#, Some("id")),
        (r#"{"id":1}"#, Some("ok")),
        (r#"{"id":1,"ok":false}"#, Some("ok")),
        ("[]", Some("reply_json")),
    ] {
        let error = op.reply(reply).expect_err(reply);
        assert_eq!((error.kind(), error.parameter()), (Kind::InvalidArgument, parameter), "{reply}");
    }
    op.reply(r#"{"id":1,"error":"no such zone"}"#).expect("the right one");
    assert_eq!(op.finish().as_deref(), Ok(r#"Err("no such zone")"#));
    assert!(op.reply(r#"{"id":1,"ok":true}"#).is_err());
}

/// The op's thread wakes up because its short wait is over, and has to wait for the lock before it can look.
#[test]
fn a_reply_at_the_end_of_the_short_wait_is_not_lost() {
    let op = Op::start(&CancelToken::new(), |channel| {
        channel.ask(EventType::Publish, "", Map::new(), None).map(|_| "done".to_owned())
    })
    .expect("a thread");
    // The op's thread held the lock from the question to the wait. `next` would wake it.
    let mut state = loop {
        let mut state = op.channel.state();
        if state.take_event().is_some() {
            break state;
        }
        drop(state);
        std::thread::yield_now();
    };
    std::thread::sleep(4 * POLL_INTERVAL);
    state.asked.insert(1, Some(Ok(())));
    op.channel.changed(&state);
    drop(state);
    assert_eq!(op.next(Some(Duration::from_secs(20))).expect("news"), Next::Done);
    assert_eq!(op.result().expect("a result"), "done");
}

fn page(number: u32) -> Event {
    Event::with_members(EventType::Page, 0, |json| json.extend([r#""page":"#, &number.to_string()]))
}

#[test]
fn cancel_ends_a_question_and_a_page_that_wait() {
    for work in [
        (|channel: &Channel| channel.ask(EventType::Publish, "", Map::new(), None).map(|_| String::new()))
            as fn(&Channel) -> _,
        |channel: &Channel| {
            channel.hand_over(page(1))?;
            channel.hand_over(page(2))?;
            Ok(String::new())
        },
    ] {
        let op = Op::start(&CancelToken::new(), work).expect("a thread");
        op.cancel();
        assert_eq!(op.finish().expect_err("cancelled").kind(), Kind::Cancelled);
    }
}

#[test]
fn a_page_waits_until_the_one_before_was_read() {
    let op = Op::start(&CancelToken::new(), |channel| {
        for number in 1..=3 {
            channel.hand_over(page(number))?;
        }
        Ok(String::new())
    })
    .expect("a thread");
    for page in 1..=3 {
        let Ok(Next::Event(event)) = op.next(None) else { panic!("page {page}") };
        assert_eq!(event.json(), format!(r#"{{"type":"page","page":{page}}}"#));
    }
    assert_eq!(op.next(None), Ok(Next::Done));
}

fn is_readable(fd: RawFd) -> bool {
    let peek = nix::sys::socket::MsgFlags::MSG_PEEK | nix::sys::socket::MsgFlags::MSG_DONTWAIT;
    matches!(nix::sys::socket::recv(fd, &mut [0], peek), Ok(1..))
}

#[test]
fn the_descriptor_is_readable_while_there_is_news() {
    let op = Op::start(&CancelToken::new(), |channel| {
        for _ in 0..2 {
            channel
                .ask(EventType::Publish, "?", Map::new(), None)?
                .map_err(|why| Error::new(Kind::Api, why))?;
        }
        Ok("{}".to_owned())
    })
    .expect("a thread");
    let fd = op.fd().expect("a socket pair");
    assert_eq!(op.fd(), Ok(fd), "made once");
    for id in 1..=2 {
        assert!(matches!(op.next(None), Ok(Next::Event(_))));
        assert!(!is_readable(fd), "everything was read");
        op.reply(&format!(r#"{{"id":{id},"ok":true}}"#)).expect("it was asked");
    }
    assert_eq!(op.next(None), Ok(Next::Done));
    assert!(is_readable(fd), "DONE is news for ever");
    let _ = nix::sys::socket::recv(fd, &mut [0; 16], nix::sys::socket::MsgFlags::MSG_DONTWAIT);
    assert_eq!(op.next(None), Ok(Next::Done));
    assert!(is_readable(fd), "also for a host that reads everything away");
}

#[test]
fn a_panic_becomes_the_result() {
    let op = Op::start(&CancelToken::new(), |_| panic!("on purpose")).expect("a thread");
    let error = op.finish().expect_err("it panicked");
    assert_eq!(error.kind(), Kind::Internal);
    assert!(error.message().contains("on purpose"), "{error}");
}
