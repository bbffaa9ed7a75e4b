//! Two people in two real browsers: they join one party, hear each other, see mood and recommendations, and watch
//! together within the dead band of the party's clock.
//!
//! Needs `chromedriver` and Chromium (Debian: `apt-get install chromium chromium-driver`).
//! `SOIREE_SCREENSHOTS=DIR` keeps pictures of what they see.

#![expect(clippy::unwrap_used, reason = "a test says what it needs by failing")]

mod support;

use fantoccini::{Client, ClientBuilder, Locator, elements::Element};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use std::{path::Path, process::Stdio, time::Duration};
use support::{Server, TempDir};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

/// A browser window opens within this time even on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A window nearer than this to the party's clock is in step, in milliseconds.
const DEAD_BAND_MS: f64 = 40.0;

/// A running chromedriver; killed when dropped.
struct Driver {
    _child: Child,
    url: String,
}

impl Driver {
    async fn start() -> Self {
        let mut child = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("chromedriver is missing: install the packages chromium and chromium-driver");
        let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let port = loop {
            let line = lines.next_line().await.expect("readable").expect("chromedriver says its port");
            if let Some((_, rest)) = line.split_once("started successfully on port ") {
                break rest.trim_end_matches('.').to_owned();
            }
        };
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Self { _child: child, url: format!("http://127.0.0.1:{port}") }
    }

    /// A browser with an empty profile and this screen.
    async fn browser(&self, profile: &Path, (width, height): (u32, u32), phone: bool) -> Window {
        let scheme = if phone {
            "--blink-settings=preferredColorScheme=0"
        } else {
            "--blink-settings=preferredColorScheme=1"
        };
        let args = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            scheme,
            &format!("--user-data-dir={}", profile.display()),
        ];
        let metrics =
            json!({ "width": width, "height": height, "pixelRatio": 1, "touch": phone, "mobile": phone });
        let options = json!({ "args": args, "mobileEmulation": { "deviceMetrics": metrics } });
        let Value::Object(wanted) = json!({ "browserName": "chrome", "goog:chromeOptions": options }) else {
            unreachable!("an object was written")
        };
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(wanted)
            .connect(&self.url)
            .await
            .expect("Chromium starts: is the package chromium installed?");
        Window(client)
    }
}

/// One person's window.
struct Window(Client);

impl Window {
    async fn at(&self, css: &str) -> Element {
        self.0
            .wait()
            .at_most(PATIENCE)
            .for_element(Locator::Css(css))
            .await
            .unwrap_or_else(|error| panic!("{css} never came: {error}"))
    }

    async fn click(&self, css: &str) {
        self.at(css).await.click().await.unwrap();
    }

    async fn write(&self, css: &str, text: &str) {
        self.at(css).await.send_keys(text).await.unwrap();
    }

    /// Waits until a script's result is true. The page itself looks, and answers when it is; WebDriver gives a script
    /// half a minute at a time.
    async fn until(&self, what: &str, script: &str) {
        let script = format!(
            "const done = arguments[0]; const look = () => {{ ({script}) ? done(true) : setTimeout(look, 20); }}; look();"
        );
        let seen = async {
            loop {
                match self.0.execute_async(&script, vec![]).await {
                    Ok(_) => return,
                    Err(error) => assert!(error.is_script_timeout(), "{what}: {error}"),
                }
            }
        };
        tokio::time::timeout(PATIENCE, seen).await.unwrap_or_else(|_| panic!("never seen: {what}"));
    }

    async fn value(&self, script: &str) -> Value {
        self.0.execute(&format!("return {script}"), vec![]).await.expect("the script runs")
    }

    async fn hears(&self, text: &str) {
        let script = format!(
            "[...document.querySelectorAll('#log .text')].some(p => p.textContent === {})",
            json!(text)
        );
        self.until(text, &script).await;
    }

    async fn say(&self, text: &str) {
        self.write("#say", text).await;
        self.click("#composer [type=submit]").await;
    }

    /// Waits until this window's player does what the party's clock does, within the dead band.
    async fn in_step(&self, state: &str) {
        let script = format!(
            "(({{ state, drift, version, measured }}) => state === '{state}' && measured === version && drift \
                && Math.abs(drift) < {DEAD_BAND_MS})(document.querySelector('#stage').dataset)"
        );
        self.until(&format!("a player in step, {state}"), &script).await;
    }

    /// Where this window's player was, in milliseconds, and when that was on the server's clock.
    async fn stands(&self) -> (f64, f64) {
        let seen = self
            .value("(({ position, at }) => [Number(position), Number(at)])(document.querySelector('#stage').dataset)")
            .await;
        (seen[0].as_f64().unwrap(), seen[1].as_f64().unwrap())
    }

    /// Keeps a picture when pictures were asked for.
    async fn picture(&self, name: &str) {
        let Some(dir) = std::env::var_os("SOIREE_SCREENSHOTS") else { return };
        let still = "document.getAnimations().every(animation => animation.playState !== 'running')";
        self.until("a page at rest", still).await;
        let bytes = self.0.screenshot().await.unwrap();
        std::fs::create_dir_all(&dir).unwrap();
        std::fs::write(Path::new(&dir).join(format!("{name}.png")), bytes).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_spend_an_evening() {
    let dir = TempDir::new();
    let server = Server::start(&dir.path().join("data"), &[]).await;
    let home = format!("http://{}/", server.address);
    let driver = Driver::start().await;
    let ana = driver.browser(&dir.path().join("ana"), (1280, 800), false).await;
    let bo = driver.browser(&dir.path().join("bo"), (390, 844), true).await;

    ana.0.goto(&home).await.unwrap();
    ana.picture("start-desktop").await;
    ana.write("#start-name", "Ana").await;
    ana.write("#start-party", "Gatsby night").await;
    ana.click("#start [type=submit]").await;
    ana.until("the party's name", "document.querySelector('#party-name').textContent === 'Gatsby night'")
        .await;
    let link = ana.0.current_url().await.unwrap().to_string();
    assert!(link.contains("/party/"), "{link}");

    bo.0.goto(&home).await.unwrap();
    bo.until("the open party on the start page", "document.querySelector('#parties a')").await;
    bo.picture("start-phone").await;
    bo.0.goto(&link).await.unwrap();
    bo.write("#door-name", "Bo").await;
    bo.click("#door-form [type=submit]").await;
    bo.until("two members", "document.querySelectorAll('#members .member').length === 2").await;
    ana.until("two members", "document.querySelectorAll('#members .member').length === 2").await;

    ana.say("what a wonderful night, I love this house!").await;
    bo.hears("what a wonderful night, I love this house!").await;
    bo.say("<b>me too</b>, it is great fun").await;
    ana.hears("<b>me too</b>, it is great fun").await;
    ana.until("the tint of a pleasant line", "document.querySelector('.line[data-tone=up]')").await;
    let floated = "(window.floated ??= new MutationObserver((all) => { window.seen = true }), \
        window.floated.observe(document.querySelector('#sky'), { childList: true }), true)";
    assert_eq!(bo.value(floated).await, json!(true));
    ana.click("#emoji button:last-child").await;
    bo.until("a floating reaction", "window.seen").await;

    for window in [&ana, &bo] {
        window
            .until(
                "the room's mood",
                "!['–', 'listening', 'neutral'].includes(document.querySelector('#mood-label').textContent)",
            )
            .await;
        window.until("recommendations", "document.querySelectorAll('#cards .card').length >= 3").await;
        window
            .until(
                "both members' satisfaction",
                "document.querySelector('.card').querySelectorAll('.bar-share').length === 2",
            )
            .await;
        window.until("reasons", "document.querySelector('.card .reasons li')").await;
    }
    // The card is marked at once; the round that follows may already have taken it off the list.
    let liked = ana.value("document.querySelector('.card').dataset.item").await;
    ana.click(".card .deed[data-kind=like]").await;
    let counts = format!(
        "(card => !card || card.querySelector('.deed[data-kind=like][aria-pressed=true]'))\
         ([...document.querySelectorAll('.card')].find(card => card.dataset.item === {liked}))"
    );
    ana.until("the deed counts", &counts).await;
    ana.picture("party-desktop").await;
    bo.picture("party-phone-chat").await;
    bo.click("#tab-picks").await;
    bo.picture("party-phone-picks").await;
    bo.click("#tab-room").await;
    bo.picture("party-phone-room").await;

    let wide = "document.documentElement.scrollWidth > innerWidth";
    assert_eq!(
        (ana.value(wide).await, bo.value(wide).await),
        (json!(false), json!(false)),
        "nothing scrolls sideways"
    );

    let who = bo.value("localStorage.getItem('soiree.resume')").await;
    bo.0.refresh().await.unwrap();
    bo.hears("what a wonderful night, I love this house!").await;
    bo.until("the same person", "[...document.querySelectorAll('.member')].some(m => /Bo/.test(m.textContent) && /you/.test(m.textContent))").await;
    assert_eq!(bo.value("localStorage.getItem('soiree.resume')").await, who);
    bo.until("still two members", "document.querySelectorAll('#members .member').length === 2").await;
    bo.click("#tab-chat").await;
    bo.say("I am back").await;
    ana.hears("I am back").await;

    for window in [ana, bo] {
        window.0.close().await.unwrap();
    }
}

/// How far two windows are apart, in milliseconds, while the party plays at its normal speed.
async fn apart(one: &Window, other: &Window) -> f64 {
    let ((here, here_at), (there, there_at)) = (one.stands().await, other.stands().await);
    ((here - there) - (here_at - there_at)).abs()
}

/// Waits until two windows are within the dead bands of each other: a browser that a busy machine holds up falls behind and
/// comes back, so that one look proves nothing.
async fn together(one: &Window, other: &Window) {
    let mut off = f64::INFINITY;
    let meet = async {
        while off >= 2.0 * DEAD_BAND_MS {
            off = apart(one, other).await;
        }
    };
    let met = tokio::time::timeout(PATIENCE, meet).await;
    assert!(met.is_ok(), "the windows are {off} ms apart");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_watch_in_step() {
    let dir = TempDir::new();
    let server = Server::start(&dir.path().join("data"), &[]).await;
    let driver = Driver::start().await;
    let ana = driver.browser(&dir.path().join("ana"), (1280, 800), false).await;
    let bo = driver.browser(&dir.path().join("bo"), (390, 844), true).await;

    ana.0.goto(&format!("http://{}/", server.address)).await.unwrap();
    ana.write("#start-name", "Ana").await;
    ana.write("#start-party", "Pattern night").await;
    ana.click("#start [type=submit]").await;
    ana.until("a list for the room", "document.querySelectorAll('#cards .card').length >= 2").await;
    bo.0.goto(ana.0.current_url().await.unwrap().as_str()).await.unwrap();
    bo.write("#door-name", "Bo").await;
    bo.click("#door-form [type=submit]").await;
    for window in [&ana, &bo] {
        window.until("two members", "document.querySelectorAll('#members .member').length === 2").await;
    }
    ana.say("shall we see whether our clocks agree, @Bo?").await;
    bo.hears("shall we see whether our clocks agree, @Bo?").await;

    // Whoever chooses a work means that it plays, and it plays for everybody.
    ana.click("#choose").await;
    ana.click("#choose-pattern").await;
    for window in [&ana, &bo] {
        window.in_step("playing").await;
    }
    together(&ana, &bo).await;

    // Everybody may steer: one pauses and jumps, the other goes on.
    bo.click("#play").await;
    for window in [&ana, &bo] {
        window.in_step("paused").await;
    }
    let jump = "(seek => { seek.value = 300000; for (const name of ['input', 'change']) \
        seek.dispatchEvent(new Event(name)); return true })(document.querySelector('#seek'))";
    assert_eq!(ana.value(jump).await, json!(true));
    for window in [&ana, &bo] {
        window.until("the jump", "document.querySelector('#stage').dataset.position > 299900").await;
        window.in_step("paused").await;
    }
    bo.click("#play").await;
    for window in [&ana, &bo] {
        window.in_step("playing").await;
    }
    together(&ana, &bo).await;
    ana.picture("watch-desktop").await;
    bo.picture("watch-phone").await;

    // Whoever comes back lands where the others are.
    bo.0.refresh().await.unwrap();
    bo.in_step("playing").await;
    let (position, _) = bo.stands().await;
    assert!(position > 300_000.0, "{position}");

    // From now on votes decide. Ana's bring two works into the queue, Bo's lifts the second above the first, and both
    // vote to skip what is on.
    ana.click("#settings").await;
    ana.click("#settings-form [name=control] [value=vote]").await;
    ana.click("#settings-save").await;
    bo.until("Bo steers no longer", "document.querySelector('#play').disabled").await;
    for count in [1, 2] {
        // The list may be drawn anew while it is clicked on, so the click is the page's own.
        let vote = "(wish => { wish.click(); return true })\
            (document.querySelector('#cards .wish[aria-pressed=false]:not(:disabled)'))";
        assert_eq!(ana.value(vote).await, json!(true));
        for window in [&ana, &bo] {
            let queued = format!("document.querySelectorAll('#queue .entry').length === {count}");
            window.until("the work that was voted for waits", &queued).await;
        }
    }
    bo.click("#tab-next").await;
    let wanted = bo.value("document.querySelector('#queue .entry:nth-child(2) b').textContent").await;
    bo.click("#queue .entry:nth-child(2) [data-deed=up]").await;
    bo.until(
        "the vote",
        "document.querySelector('#queue .entry:nth-child(2) [data-deed=up][aria-pressed=true]')",
    )
    .await;
    bo.picture("watch-phone-next").await;
    for window in [&bo, &ana] {
        window.click("#skip").await;
    }
    for window in [&ana, &bo] {
        let on = format!("document.querySelector('#work-title').textContent === {wanted}");
        window.until("the work that most voted for", &on).await;
    }

    for window in [ana, bo] {
        window.0.close().await.unwrap();
    }
}

/// The same examples as the server's own corrector has, and a QR code that an independent reader has read.
#[tokio::test(flavor = "multi_thread")]
async fn the_pages_modules_do_their_sums() {
    let dir = TempDir::new();
    let server = Server::start(&dir.path().join("data"), &[]).await;
    let driver = Driver::start().await;
    let window = driver.browser(&dir.path().join("one"), (1280, 800), false).await;
    window.0.goto(&format!("http://{}/", server.address)).await.unwrap();

    let script = "const done = arguments[0]; \
        Promise.all([import('/pages/soiree.js'), import('/pages/qr.js')]).then(([{ Clock, Drift, positionAt, capabilities }, { modules }]) => { \
            const clock = new Clock(() => 0); \
            const knows = (t0, t1, t3) => { clock.take({ t0, t1, t2: t1 }, t3); return [clock.samples, clock.offset, clock.uncertainty].map((value) => Math.round(value * 100) / 100); }; \
            const drift = new Drift(); \
            const decide = (...about) => drift.decide(...about); \
            const code = modules('http://127.0.0.1:8080/party/01946f2a-9d1c-7cc3-98c4-dc0c0c07398f#invite=green-light'); \
            const bits = code.flat().map(Number).join('').match(/.{1,4}/g); \
            const playing = { state: 'playing', position_ms: 500, at_server_ms: 5150, rate: 2 }; \
            done({ \
                clock: [knows(0, 1010, 30), knows(30, 1060, 62), knows(90, 1080, 70), knows(300, 5310, 320)], \
                drift: [decide(150, 1, 1000), decide(9, 1, 1000), decide(39, 1, 1000), decide(-45, 1, 1500), decide(-15, 1, 1500), decide(-9, 1, 1500), \
                    decide(500, 2, 1000), decide(-2000, 1, 1000), decide(3001, 1, 1000)], \
                position: [positionAt(playing, 5000), positionAt(playing, 5650), positionAt({ ...playing, state: 'paused' }, 9000)], \
                member: [...capabilities({ role: 'member', muted: true }, { control: 'vote' })], \
                code: [code.length, bits.reduce((sum, four) => (Math.imul(sum, 31) + parseInt(four, 2)) >>> 0, 0)], \
            }); \
        }, (error) => done(String(error)))";
    let told = window.0.execute_async(script, vec![]).await.unwrap();
    let speed = |speed: f64| json!({ "speed": speed });
    let wanted = [
        speed(0.85),
        speed(1.0),
        speed(1.0),
        speed(1.03),
        speed(1.01),
        speed(1.0),
        speed(1.9),
        speed(1.1),
        json!({ "seek": true }),
    ];
    for (decided, wanted) in told["drift"].as_array().unwrap_or_else(|| panic!("{told}")).iter().zip(&wanted)
    {
        let same = match (decided["speed"].as_f64(), wanted["speed"].as_f64()) {
            (Some(one), Some(other)) => (one - other).abs() < 1e-9,
            _ => decided == wanted,
        };
        assert!(same, "{decided} instead of {wanted}");
    }
    let both = json!([2, 1_004, 7]);
    assert_eq!(told["clock"], json!([[1, 995, 16], both, both, [1, 5_000, 11]]));
    assert_eq!(told["position"], json!([500, 1500, 500]));
    assert_eq!(told["member"], json!(["invite", "queue"]));
    assert_eq!(told["code"], json!([37, 457_308_718]));
    window.0.close().await.unwrap();
}
