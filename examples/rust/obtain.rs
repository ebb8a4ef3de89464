//! From names to an installed certificate, by files in a web server's folder. Run it again as often as you like.
//!
//! ```text
//! export ZEROSSL_ACCESS_KEY=...
//! cargo run --example obtain -- /etc/zerossl /var/www/html example.com www.example.com
//! ```

#![allow(clippy::print_stdout, reason = "a program's output")]

use std::error::Error;

use serde_json::{Value, json};
use zerossl::{Client, EventType, Next, Obtain, Obtained};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(directory), Some(webroot)) = (arguments.next(), arguments.next()) else {
        return Err("usage: obtain DIRECTORY WEBROOT NAME...".into());
    };
    // The key is that of the environment.
    let client = Client::builder().build()?;
    let wanted = Obtain::new(arguments, directory, json!({"method": "HTTP_CSR_HASH", "webroot": webroot}));

    // `client.send(&wanted)` does the same in silence.
    let op = client.start("obtain", &json!(wanted).to_string())?;
    let obtained: Obtained = loop {
        match op.next(None)? {
            Next::Event(event) if event.kind() == EventType::Log => {}
            Next::Event(event) => {
                let event: Value = serde_json::from_str(event.json())?;
                println!("{}: {}", event["stage"], event["message"]);
            }
            Next::Pending => {}
            Next::Done => break serde_json::from_str(&op.result()?)?,
        }
    };
    for path in obtained.files.values() {
        println!("{path}");
    }
    Ok(())
}
