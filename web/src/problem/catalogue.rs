//! Every public error, one row each. Clients branch on the slug; `docs/errors.md` is checked against this table.

/// One public error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The stable word, sent as `code` and as the end of `type`.
    pub code: &'static str,
    /// HTTP status.
    pub status: u16,
    /// The same for every occurrence.
    pub title: &'static str,
    /// What it means and what to do, for the documentation.
    pub meaning: &'static str,
    /// When a client may try again, in milliseconds; sent as `retry_after_ms` and `Retry-After`.
    pub retry_after_ms: Option<u32>,
}

const fn row(code: &'static str, status: u16, title: &'static str, meaning: &'static str) -> Row {
    Row { code, status, title, meaning, retry_after_ms: None }
}

const fn again(
    code: &'static str,
    status: u16,
    title: &'static str,
    meaning: &'static str,
    after_ms: u32,
) -> Row {
    Row { code, status, title, meaning, retry_after_ms: Some(after_ms) }
}

/// The table, by status.
pub const CATALOGUE: &[Row] = &[
    row("bad-request", 400, "The request cannot be read", "The request breaks HTTP's own rules."),
    row(
        "bad-json",
        400,
        "The body is no valid JSON",
        "Check the place that `detail` names; the body must be UTF-8 JSON.",
    ),
    row(
        "unknown-type",
        400,
        "The frame's type is not known",
        "`detail` lists the types that the live channel knows.",
    ),
    row(
        "unsupported-subprotocol",
        400,
        "The subprotocol is not known",
        "Ask for `soiree.v1.json`, or for none.",
    ),
    row(
        "invalid-id",
        400,
        "An id in the path is not valid",
        "Ids have 1 to 128 letters, digits and `-_.:~@+`.",
    ),
    row(
        "invalid-parameters",
        400,
        "Query parameters are not valid",
        "`errors` names each parameter and what is allowed.",
    ),
    row(
        "unauthorized",
        401,
        "Say who you are",
        "Send `Authorization: Bearer <key>` with a key or token that is still valid.",
    ),
    row(
        "hello-required",
        401,
        "Say hello first",
        "The first frame of a socket must be `hello`, within five seconds.",
    ),
    row(
        "forbidden",
        403,
        "You may not do this",
        "The key is valid, but its role or person does not allow this. The attempt is audited.",
    ),
    row(
        "guests-closed",
        403,
        "Guests are not let in",
        "Open guest mode is switched off (`access.guests`); use a key.",
    ),
    row("origin-refused", 403, "Pages of this origin are not let in", "Add the origin to `live.origins`."),
    row("wrong-password", 403, "This party needs its password", "The password is missing or wrong."),
    row(
        "not-allowed",
        403,
        "Your part in this party does not allow it",
        "`detail` says who may; the host can change roles and who steers.",
    ),
    row("banned", 403, "You were sent out of this party", "A moderator can let you in again."),
    row(
        "party-locked",
        403,
        "The party is locked",
        "It takes nobody in at the moment; a moderator can unlock it.",
    ),
    row("not-a-member", 403, "Join the party first", "Only members may do this."),
    row("not-found", 404, "There is nothing here", "No such path or thing."),
    row("party-not-found", 404, "No such party", "The party does not exist, or is not yours to see."),
    row("user-not-found", 404, "No such person", "Add the person with `POST /api/v1/users` first."),
    row("item-not-found", 404, "No such item", "Add the item with `POST /api/v1/items` first."),
    row("member-not-found", 404, "No such member", "They are not in this party, or no longer."),
    row("message-not-found", 404, "No such line", "It is gone already, or too long ago to be taken away."),
    row("model-not-found", 404, "No such model version", "`GET /api/v1/models` lists the versions."),
    row("key-not-found", 404, "No such key", "`GET /api/v1/admin/keys` lists the keys."),
    row(
        "method-not-allowed",
        405,
        "The path does not know this method",
        "The `Allow` header lists the methods it knows.",
    ),
    row("party-full", 409, "The party is full", "Somebody has to leave first."),
    row(
        "idempotency-conflict",
        409,
        "The idempotency key was used with another body",
        "Use a new key for a new request; keys live 24 hours.",
    ),
    row("conflict", 409, "It cannot be done in the present state", "`detail` says what stands in the way."),
    row("party-ended", 410, "The party has ended", "It is over for good; its history can still be read."),
    row("too-large", 413, "The body is too large", "Send fewer rows at a time; `detail` names the limit."),
    row("unsupported-media-type", 415, "The body must be JSON", "Send `Content-Type: application/json`."),
    row(
        "invalid-fields",
        422,
        "Fields are not valid",
        "`errors` names every field that is wrong and what is allowed.",
    ),
    again("rate-limited", 429, "Too many requests", "Wait for as long as `Retry-After` says.", 1_000),
    row(
        "internal",
        500,
        "Something broke on our side",
        "It is in the server's log under the request id in `instance`.",
    ),
    again("not-ready", 503, "The server is not ready", "`detail` lists what is missing.", 2_000),
    again("overloaded", 503, "The server is busy", "Too much is waiting already; nothing was done.", 500),
    again("timeout", 503, "It took too long", "The server gave up waiting; try again.", 500),
    again("no-models", 503, "No models are being served yet", "Run `soiree train --promote`.", 5_000),
    again("not-stored", 503, "It could not be stored", "Nothing has happened; try again.", 1_000),
];

/// The row of a code; `internal` for codes that are not in the table.
#[must_use]
pub fn find(code: &str) -> &'static Row {
    let internal =
        || CATALOGUE.iter().find(|row| row.code == "internal").expect("the table has a row for surprises");
    CATALOGUE.iter().find(|row| row.code == code).unwrap_or_else(internal)
}

/// The row that stands for a bare HTTP status, for errors that come from the framework.
#[must_use]
pub fn of_status(status: u16) -> &'static Row {
    find(match status {
        401 => "unauthorized",
        403 => "forbidden",
        404 => "not-found",
        405 => "method-not-allowed",
        409 => "conflict",
        413 => "too-large",
        415 => "unsupported-media-type",
        422 => "invalid-fields",
        429 => "rate-limited",
        503 => "overloaded",
        400..=499 => "bad-request",
        _ => "internal",
    })
}
