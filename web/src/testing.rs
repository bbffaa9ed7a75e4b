//! A whole server inside a test: a real database in a folder of its own, a real house, the same application as in
//! production, and a client that holds every answer against the OpenAPI document.

use crate::{
    access::keys::{Prefix, Wish},
    app::{AppState, ModelControl, Settings, configure},
    live::JsonFrames,
    openapi, server,
};
use actix_http::Request;
use actix_web::{
    App,
    body::BoxBody,
    dev::ServiceResponse,
    http::{Method, header},
    test::{TestRequest, call_service, init_service, read_body},
    web::Data,
};
use futures_util::future::LocalBoxFuture;
use serde_json::Value;
use soiree_actors::{
    clock::Clock,
    encoder::EncoderSettings,
    house::{House, Parts},
};
use soiree_domain::{Item, Relation, Role, User, UserId, UserKind};
use soiree_engine::{Bundle, Catalogue, TextEmbedder};
use soiree_storage::{Store, StoreOptions};
use std::{net::SocketAddr, path::PathBuf, rc::Rc, sync::Arc};

/// The server's time when a test begins: 2026-06-15.
pub const NOW_MS: i64 = 1_781_481_600_000;

/// What a test server begins with.
#[derive(Default)]
pub struct World {
    /// The catalogue.
    pub items: Vec<Item>,
    /// Links between items.
    pub relations: Vec<Relation>,
    /// People, by their ids.
    pub people: Vec<&'static str>,
    /// The models that answer.
    pub bundle: Option<Bundle>,
    /// The edge's settings.
    pub settings: Settings,
    /// Turns searches into vectors.
    pub encoder: Option<Arc<dyn TextEmbedder>>,
    /// Steers models.
    pub models: Option<Arc<dyn ModelControl>>,
}

type Call = Rc<dyn Fn(Request) -> LocalBoxFuture<'static, ServiceResponse<BoxBody>>>;

/// A server for one test; its files go when it is dropped.
pub struct TestServer {
    /// What the handlers share.
    pub state: Data<AppState>,
    call: Call,
    document: Value,
    folder: PathBuf,
}

impl TestServer {
    /// Starts a server.
    ///
    /// # Panics
    /// When anything fails; it is for tests.
    pub async fn start(world: World) -> Self {
        let folder = std::env::temp_dir().join(format!("soiree-web-{}", uuid::Uuid::now_v7()));
        std::fs::create_dir_all(&folder).expect("a folder for the test");
        let url = format!("sqlite://{}", folder.join("test.db").display());
        let store = Store::open(&url, &StoreOptions::default()).await.expect("a fresh database");
        let named =
            |id: &&str| User::new(UserId::new(id).expect("a valid id"), id.to_uppercase(), UserKind::Person);
        let people: Vec<User> = world.people.iter().map(named).collect();
        store.put_users(&people, NOW_MS).await.expect("people are stored");
        store.put_items(&world.items, NOW_MS).await.expect("items are stored");
        store.put_relations(&world.relations).await.expect("relations are stored");
        let catalogue = Catalogue::new(world.items, &world.relations);
        let house = House::start(Parts {
            store,
            clock: Clock::manual(NOW_MS),
            encode: Arc::new(JsonFrames::new()),
            served: world.bundle.map(|bundle| bundle.attach(&catalogue)),
            catalogue,
            settings: soiree_actors::house::Settings::default(),
        })
        .expect("the house starts");
        let house = match world.encoder {
            Some(encoder) => {
                house.with_encoder(encoder, EncoderSettings::default()).expect("the encoder starts")
            }
            None => house,
        };
        let metrics = Arc::new(|| "# no recorder in tests\n".to_owned());
        let state = Data::new(AppState::new(house, world.settings, metrics, world.models));
        let shared = state.clone();
        let app = Rc::new(init_service(App::new().configure(|cfg| configure(cfg, shared))).await);
        let call: Call = Rc::new(move |request| {
            let app = Rc::clone(&app);
            Box::pin(async move { call_service(&*app, request).await.map_into_boxed_body() })
        });
        let document = serde_json::from_str(&openapi::json()).expect("the document is JSON");
        Self { state, call, document, folder }
    }

    /// Serves on a free port of the loopback, for clients that need a socket. Ends with the test.
    ///
    /// # Panics
    /// When no port is free.
    #[must_use]
    pub fn listen(&self) -> SocketAddr {
        let listener = server::bind(SocketAddr::from(([127, 0, 0, 1], 0))).expect("a free port");
        let addr = listener.local_addr().expect("a bound socket has an address");
        let settings = server::Settings { workers: 1, shutdown_secs: 1, ..server::Settings::default() };
        actix_web::rt::spawn(server::run(listener, self.state.clone(), settings, std::future::pending()));
        addr
    }

    /// Makes a key and returns its secret.
    ///
    /// # Panics
    /// When the person does not exist.
    pub async fn key(&self, role: Role, user: Option<&str>) -> String {
        let user = user.map(|id| UserId::new(id).expect("a valid id"));
        let wish = Wish { name: format!("test {role}"), role, user, prefix: Prefix::Key, lives_ms: None };
        let (_, token) = self.state.keys.create(wish, NOW_MS).await.expect("a key can be made");
        token.reveal().to_owned()
    }

    /// A client that sends this token; none when empty.
    #[must_use]
    pub fn client(&self, token: impl Into<String>) -> Client<'_> {
        Client { server: self, token: token.into() }
    }

    /// A client with a fresh key.
    pub async fn with(&self, role: Role, user: Option<&str>) -> Client<'_> {
        let token = self.key(role, user).await;
        self.client(token)
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        let _left_for_the_system = std::fs::remove_dir_all(&self.folder);
    }
}

/// A caller.
#[derive(Clone)]
pub struct Client<'s> {
    server: &'s TestServer,
    token: String,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body as text.
    pub text: String,
    /// The body as JSON; null when it is none.
    pub json: Value,
}

impl Reply {
    /// A header's value; empty when absent.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value)
    }

    /// The problem's code; empty when this is no problem.
    #[must_use]
    pub fn code(&self) -> &str {
        self.json["code"].as_str().filter(|_| self.status >= 400).unwrap_or_default()
    }

    /// The JSON of a good answer.
    ///
    /// # Panics
    /// When the status is another one.
    pub fn ok(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        self.json
    }

    /// The fields that a problem names.
    #[must_use]
    pub fn fields(&self) -> Vec<&str> {
        let errors = self.json["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
        errors.iter().filter_map(|error| error["field"].as_str()).collect()
    }
}

impl Client<'_> {
    /// `GET`.
    pub async fn get(&self, path: &str) -> Reply {
        self.send(TestRequest::get().uri(path)).await
    }

    /// `DELETE`.
    pub async fn delete(&self, path: &str) -> Reply {
        self.send(TestRequest::delete().uri(path)).await
    }

    /// `POST` with a JSON body.
    pub async fn post(&self, path: &str, body: Value) -> Reply {
        self.send(TestRequest::post().uri(path).set_json(body)).await
    }

    /// `PATCH` with a JSON body.
    pub async fn patch(&self, path: &str, body: Value) -> Reply {
        self.send(TestRequest::patch().uri(path).set_json(body)).await
    }

    /// Any method with an empty JSON object as its body where the method has one.
    ///
    /// # Panics
    /// When the method is none.
    pub async fn call(&self, method: &str, path: &str) -> Reply {
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        let request = TestRequest::default().method(method.clone()).uri(path);
        match method {
            Method::POST | Method::PATCH | Method::PUT => {
                self.send(request.set_json(serde_json::json!({}))).await
            }
            _ => self.send(request).await,
        }
    }

    /// Sends a request with the token, and checks that the document knows of such an answer.
    pub async fn send(&self, request: TestRequest) -> Reply {
        let request = match self.token.as_str() {
            "" => request,
            token => request.insert_header((header::AUTHORIZATION, format!("Bearer {token}"))),
        };
        let response = (self.server.call)(request.to_request()).await;
        let method = response.request().method().as_str().to_lowercase();
        let pattern = response.request().match_pattern();
        let status = response.status().as_u16();
        let headers = response
            .headers()
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), value.to_str().unwrap_or_default().to_owned()))
            .collect();
        let text = String::from_utf8_lossy(&read_body(response).await).into_owned();
        let json = serde_json::from_str(&text).unwrap_or_default();
        let reply = Reply { status, headers, text, json };
        if let Some(pattern) = pattern {
            check_documented(&self.server.document, &method, &pattern, &reply);
        }
        reply
    }
}

/// An answer of a route must be one that the document lists for it: its status and, for problems, its code.
fn check_documented(document: &Value, method: &str, pattern: &str, reply: &Reply) {
    let path = &document["paths"][pattern];
    if reply.status == 405 || path.is_null() {
        return;
    }
    let listed = &path[method]["responses"][reply.status.to_string()];
    assert!(!listed.is_null(), "{method} {pattern} answered {} undocumented: {}", reply.status, reply.text);
    if reply.status >= 400 {
        let (code, told) = (reply.code(), listed["description"].as_str().unwrap_or_default());
        assert!(
            told.contains(&format!("`{code}`")),
            "{method} {pattern} answered {code:?} undocumented: {told}"
        );
    }
}
