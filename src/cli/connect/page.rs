//! The pages of the form, plain HTML without a script.

use axum::http::StatusCode;
use axum::response::Response;

use crate::access::door::{html, with_cookie};
use crate::catalogue::Provider;
use crate::catalogue::operation::FieldKind;
use crate::cli::connection::Place;
use crate::engine::Accounts;

/// How it looks; the policy of the page names it by its hash.
const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:36rem;margin:3rem auto;padding:0 1rem;color:#1b1f24;background:#fff}h1{font-size:1.4rem}label{display:block;margin-top:1.2rem;font-weight:600}input,select{font:inherit;width:100%;box-sizing:border-box;padding:.5rem;border:1px solid #8a929c;border-radius:.3rem;background:#fff;color:inherit}small{display:block;color:#56606b}button{font:inherit;margin-top:1.5rem;padding:.6rem 1.4rem;border:0;border-radius:.3rem;background:#1f6f54;color:#fff}.bad{border-left:4px solid #b3261e;padding-left:.8rem}.good{border-left:4px solid #1f6f54;padding-left:.8rem}code{background:#eef1f4;padding:.1rem .3rem}";

/// What the form shows.
pub(super) struct Shown {
    title: String,
    id: String,
    fields: Vec<Shape>,
}

/// One field of it.
struct Shape {
    name: String,
    title: String,
    about: String,
    secret: bool,
    choices: Vec<String>,
    /// Its value, when that is no secret.
    value: Option<String>,
    /// Whether it has one.
    set: bool,
}

impl Shown {
    /// The fields that are asked for, and how they stand.
    pub(super) fn of(accounts: &Accounts, provider: &Provider, place: &Place) -> Self {
        let fields = provider.asked().into_iter().map(|field| {
            let found = accounts.find(provider, &place.account, field);
            let secret = field.kind == FieldKind::Secret;
            let value = found.as_ref().filter(|_| !secret);
            Shape {
                name: field.name.clone(),
                title: field.title.clone(),
                about: field.about.clone(),
                secret,
                choices: field.choices.clone(),
                value: value.map(|found| found.written.expose().to_owned()),
                set: found.is_some(),
            }
        });
        Self { title: provider.title.clone(), id: place.id(), fields: fields.collect() }
    }

    /// Whether it has a field of that name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|field| field.name == name)
    }
}

/// What came of a form.
pub(super) struct Done {
    /// The connection.
    pub(super) id: String,
    /// The fields that were saved.
    pub(super) saved: Vec<String>,
    /// What else there is to say.
    pub(super) lines: Vec<String>,
    /// Whether it can be used now.
    pub(super) good: bool,
}

/// The form, after a complaint if there is one.
pub(super) fn form(shown: &Shown, path: &str, seal: &str, complaint: Option<&str>) -> String {
    let (title, id) = (escaped(&shown.title), escaped(&shown.id));
    let mut text = format!(
        "<h1>Connect {title}</h1><p>What you type here is saved on this machine for the connection \
         <code>{id}</code>, in a file that only you can read. It is shown to nobody, and not to the \
         program that asked for it.</p>"
    );
    if let Some(complaint) = complaint {
        text += &format!("<p class=\"bad\" role=\"alert\">{}</p>", escaped(complaint));
    }
    text += &format!(
        "<form method=\"post\" action=\"/{path}\" autocomplete=\"off\"><input type=\"hidden\" \
         name=\"seal\" value=\"{seal}\">"
    );
    for field in &shown.fields {
        text += &control(field);
    }
    text + "<button type=\"submit\">Save</button></form>"
}

fn control(field: &Shape) -> String {
    let (name, title) = (escaped(&field.name), escaped(&field.title));
    let about = escaped(&field.about);
    let head = format!("<label for=\"{name}\">{title}</label><small>{about}</small>");
    if !field.choices.is_empty() {
        let option = |choice: &String| {
            let chosen = if field.value.as_ref() == Some(choice) { " selected" } else { "" };
            format!("<option{chosen}>{}</option>", escaped(choice))
        };
        let options: String = field.choices.iter().map(option).collect();
        return format!("{head}<select id=\"{name}\" name=\"{name}\">{options}</select>");
    }
    let kind = if field.secret { "password" } else { "text" };
    let hint = match (field.set, field.secret) {
        (true, true) => "it is set; leave this empty to keep it",
        _ => "",
    };
    let value = escaped(field.value.as_deref().unwrap_or_default());
    format!(
        "{head}<input id=\"{name}\" name=\"{name}\" type=\"{kind}\" value=\"{value}\" \
         placeholder=\"{hint}\" autocomplete=\"off\" autocapitalize=\"none\" spellcheck=\"false\">"
    )
}

/// The last page.
pub(super) fn done(done: &Done) -> String {
    let saved: Vec<String> =
        done.saved.iter().map(|name| format!("<code>{}</code>", escaped(name))).collect();
    let (mark, state) = match done.good {
        true => ("good", "It can be used."),
        false => ("bad", "It cannot be used yet."),
    };
    let id = escaped(&done.id);
    let lines: String =
        done.lines.iter().map(|line| format!("<li>{}</li>", escaped(line))).collect();
    format!(
        "<h1>Saved</h1><p class=\"{mark}\">Saved {} for <code>{id}</code>. {state}</p><ul>{lines}\
         </ul><p>Test it at any time, without sending anything: <code>kosmo connection test \
         {id}</code></p><p>You can close this page; its address is of no use any more.</p>",
        saved.join(", ")
    )
}

/// A page for whoever is turned away.
pub(super) fn notice(status: StatusCode) -> String {
    let words = match status {
        StatusCode::GONE => "This address has been used. Ask for another one.",
        StatusCode::NOT_FOUND => "There is nothing here.",
        StatusCode::MISDIRECTED_REQUEST => "This page is at another address.",
        StatusCode::PAYLOAD_TOO_LARGE => "That is too much for a credential.",
        StatusCode::REQUEST_TIMEOUT => "That took too long.",
        StatusCode::METHOD_NOT_ALLOWED => "This page is for browsers.",
        StatusCode::FORBIDDEN => "The form was not sent from its own page. Nothing was saved.",
        _ => "That did not work.",
    };
    format!("<h1>Nothing to see</h1><p>{words}</p>")
}

/// A page with the headers that all of them have.
pub(super) fn response(status: StatusCode, body: &str, cookie: Option<String>) -> Response {
    let page = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width,initial-scale=1\"><title>kosmo</title><style>{STYLE}</style>\
         <main>{body}</main></html>"
    );
    let response = html(status, STYLE, page);
    match cookie {
        Some(cookie) => with_cookie(response, &cookie),
        None => response,
    }
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}
