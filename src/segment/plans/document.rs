//! A tracking plan as a file: who it is, when it was fetched, and its rules as Segment gives them.
//! A bare answer of `list_rules_from_tracking_plan` is understood as well. What the rules demand is
//! `judge`'s business.

use std::io::Write as _;
use std::path::Path;

use serde_json::{Map, Value, json};

use crate::error::{Fault, Kind};

/// What the first key of a file says.
const FORMAT: &str = "kosmo-tracking-plan/1";

/// Which events a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RuleKind {
    /// `track` events of one name.
    Track,
    /// `identify` events.
    Identify,
    /// `group` events.
    Group,
    /// `page` events, all or those of one name.
    Page,
    /// `screen` events, all or those of one name.
    Screen,
    /// Every event.
    Common,
}

impl RuleKind {
    const ALL: [(Self, &'static str); 6] = [
        (Self::Track, "TRACK"),
        (Self::Identify, "IDENTIFY"),
        (Self::Group, "GROUP"),
        (Self::Page, "PAGE"),
        (Self::Screen, "SCREEN"),
        (Self::Common, "COMMON"),
    ];

    /// The word in the Public API.
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(kind, _)| *kind == self).map_or("", |(_, word)| word)
    }

    /// The kind of that word, in any case.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, have)| have.eq_ignore_ascii_case(word)).map(|(kind, _)| *kind)
    }
}

/// One rule of a plan.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Which events it is about.
    pub kind: RuleKind,
    /// The event's name; empty for all events of the kind.
    pub key: String,
    /// Which version of the event it describes.
    pub version: i64,
    /// What such an event must be; null for anything.
    pub schema: Value,
    /// Since when it is not to be used any more.
    pub deprecated_at: Option<String>,
}

/// A tracking plan and its rules.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// `id`, `name`, `slug`, `type`, … as the Public API gives them.
    pub head: Map<String, Value>,
    /// When it was fetched, and for which account and region.
    pub pulled: Map<String, Value>,
    /// Its rules, in Segment's order.
    pub rules: Vec<Rule>,
}

impl Plan {
    /// A field of its head, empty when it has none.
    pub fn text(&self, name: &str) -> &str {
        self.head.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// What it is called: its name, else its slug or id.
    pub fn title(&self) -> &str {
        let names = ["name", "slug", "id"].map(|name| self.text(name));
        names.into_iter().find(|name| !name.is_empty()).unwrap_or("the plan")
    }

    /// Reads a file. `from` is what messages call it.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub fn parse(text: &str, from: &str) -> Result<Self, Fault> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut value: Value = serde_json::from_str(text)
            .map_err(|why| not_a_plan(format!("{from} is not JSON: {why}")))?;
        let inner = value.get_mut("data").map(Value::take).filter(Value::is_object);
        let mut value = inner.unwrap_or(value);
        let Some(Value::Array(rules)) = value.get_mut("rules").map(Value::take) else {
            return Err(not_a_plan(format!("{from} is no tracking plan: it has no list `rules`")));
        };
        let rules = rules.iter().enumerate().map(|(at, rule)| {
            Rule::read(rule).map_err(|why| not_a_plan(format!("{from}: rules[{at}]: {why}")))
        });
        let rules = rules.collect::<Result<_, _>>()?;
        let mut object = |names: [&str; 2]| {
            let found = names.iter().find_map(|name| value.get_mut(*name).map(Value::take));
            found.and_then(|value| value.as_object().cloned()).unwrap_or_default()
        };
        let head = object(["plan", "trackingPlan"]);
        let pulled = object(["pulled", "pulled"]);
        Ok(Self { head, pulled, rules })
    }

    /// The file's text.
    pub fn to_json(&self) -> Value {
        let rules: Vec<Value> = self.rules.iter().map(Rule::to_json).collect();
        json!({"format": FORMAT, "plan": self.head, "pulled": self.pulled, "rules": rules})
    }

    /// Writes the file, whole or not at all.
    ///
    /// # Errors
    /// When the folder or the disk refuses; what was there before is then still there.
    pub fn save(&self, path: &Path) -> Result<(), Fault> {
        let write = || {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            let folder = folder.unwrap_or(Path::new("."));
            std::fs::create_dir_all(folder)?;
            let mut file = tempfile::NamedTempFile::new_in(folder)?;
            let text = serde_json::to_string_pretty(&self.to_json())?;
            file.write_all(text.as_bytes())?;
            file.write_all(b"\n")?;
            file.as_file().sync_all()?;
            file.persist(path)?;
            Ok::<_, std::io::Error>(())
        };
        write().map_err(|why| Fault::io(format!("cannot write the plan {}", path.display()), &why))
    }
}

impl Rule {
    /// A rule as the Public API gives it.
    ///
    /// # Errors
    /// What is wrong with it, for a person.
    pub fn read(rule: &Value) -> Result<Self, String> {
        let word = rule.get("type").and_then(Value::as_str);
        let word = word.ok_or("it has no `type`")?;
        let kind = RuleKind::parse(word).ok_or_else(|| format!("`type` cannot be `{word}`"))?;
        let schema = match rule.get("jsonSchema") {
            // Older plans hold the schema as text.
            Some(Value::String(text)) => serde_json::from_str(text)
                .map_err(|why| format!("`jsonSchema` is a text that is not JSON: {why}"))?,
            Some(other) => other.clone(),
            None => Value::Null,
        };
        let key = rule.get("key").and_then(Value::as_str).unwrap_or_default().to_owned();
        if kind == RuleKind::Track && key.is_empty() {
            return Err("a rule of type `TRACK` needs a `key`, the event's name".to_owned());
        }
        let deprecated = rule.get("deprecatedAt").and_then(Value::as_str);
        Ok(Self {
            kind,
            key,
            version: rule.get("version").and_then(Value::as_i64).unwrap_or(1),
            schema,
            deprecated_at: deprecated.filter(|at| !at.is_empty()).map(str::to_owned),
        })
    }

    /// `TRACK Order Completed v2`, for messages.
    pub fn title(&self) -> String {
        let key = if self.key.is_empty() { "*" } else { &self.key };
        format!("{} {key} v{}", self.kind.word(), self.version)
    }

    fn to_json(&self) -> Value {
        let key = (!self.key.is_empty()).then_some(&self.key);
        json!({
            "type": self.kind.word(), "key": key, "version": self.version,
            "jsonSchema": self.schema, "deprecatedAt": self.deprecated_at,
        })
    }
}

fn not_a_plan(message: String) -> Fault {
    Fault::new(Kind::Usage, message)
        .code("plan_invalid")
        .hint("fetch one with: kosmo plan:pull NAME --file FILE")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_survives_its_file() {
        let text = json!({
            "plan": {"id": "tp_1", "name": "Shop", "slug": "shop"}, "pulled": {"account": "work"},
            "rules": [{"type": "TRACK", "key": "Order Completed", "version": 2,
                       "jsonSchema": {"type": "object"}, "deprecatedAt": null}],
        });
        let plan = Plan::parse(&text.to_string(), "x.json").unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/plan.json");
        plan.save(&path).unwrap();
        let again = Plan::parse(&std::fs::read_to_string(&path).unwrap(), "x.json").unwrap();
        assert_eq!(again.to_json(), plan.to_json());
        assert_eq!((again.title(), &*again.rules[0].title()), ("Shop", "TRACK Order Completed v2"));
        assert_eq!(again.pulled["account"], "work");
    }

    #[test]
    fn a_bare_answer_of_the_api_is_a_plan() {
        let text =
            "\u{feff}{\"data\": {\"rules\": [{\"type\": \"COMMON\", \"jsonSchema\": \"{}\"}]}}";
        let plan = Plan::parse(text, "x").unwrap();
        assert_eq!((plan.rules[0].kind, &plan.rules[0].schema), (RuleKind::Common, &json!({})));
    }

    #[test]
    fn what_is_no_plan_says_why() {
        for (text, want) in [
            ("{", "x is not JSON: EOF while parsing an object at line 1 column 1"),
            ("[]", "x is no tracking plan: it has no list `rules`"),
            ("{\"rules\": {}}", "x is no tracking plan: it has no list `rules`"),
            ("{\"rules\": [{}]}", "x: rules[0]: it has no `type`"),
            ("{\"rules\": [{\"type\": \"ODD\"}]}", "x: rules[0]: `type` cannot be `ODD`"),
            (
                "{\"rules\": [{\"type\": \"TRACK\"}]}",
                "x: rules[0]: a rule of type `TRACK` needs a `key`, the event's name",
            ),
        ] {
            let fault = Plan::parse(text, "x").unwrap_err();
            assert_eq!((&*fault.message, &*fault.code), (want, "plan_invalid"), "{text}");
        }
    }
}
