//! What a document may hold, as a table, and the comparison of a document with it. In strict mode
//! each difference is an error, otherwise something to look at. What the parts mean is the reader's
//! business; what the table cannot say is `lint`'s.

use std::collections::HashMap;
use std::sync::OnceLock;

use serde_json::Value;

use super::finding::{At, Finding, Findings, Level};
use super::version::{Family, Version};
use super::yaml::{Data, Node};

/// Shape by shape: `key!` is required, `@2` known since alpha2, `@i` to Ikanos only. A kind is a word
/// of [`Kind::read`], `[shape]` for a list (in Ikanos documents a map by name), or a shape. `shape|type`
/// is chosen by the node's `type`.
const TABLE: &str = "
root: naftiko=text ikanos=text info=info binds=[bind] capability=capability consumes=[consume] exposes=[expose]@i aggregates=[aggregate]@i
info: label!=text description!=text tags=texts created=date modified=date stakeholders=[stakeholder] version=text@i
stakeholder: role!=text fullName!=text email=text
bind: namespace!=text keys!=names location=text description=text
capability: consumes=[consume] exposes=[expose] aggregates=[aggregate]@2 binds=[bind]
consume: type=http namespace=text baseUri=text description=text inputParameters=[input] authentication=authentication|type resources=[resource] location=text import=text as=text tags=texts@i
resource: name!=text path!=text operations!=[operation] label=text description=text inputParameters=[input]
operation: name!=text method!=method label=text description=text inputParameters=[input] body=any outputRawFormat=format outputSchema=text outputParameters=[projection] tags=texts@i
input: name!=text in!=place type=type description=text value=any required=flag
projection: name!=text type!=type value=any mapping=any properties=any items=any description=text
authentication|basic: type!=text username!=text password!=text
authentication|apikey: type!=text key!=text value!=text placement!=placement
authentication|bearer: type!=text token!=text
authentication|digest: type!=text username!=text password!=text
authentication|oauth2: type!=text authorizationServerUri!=text resource!=text scopes=texts audience=text tokenEndpoint=text tokenValidation=text
expose|rest: type!=text port!=port namespace!=text address=text authentication=authentication|type resources!=[route] inputParameters=[input] tags=texts@i
expose|mcp: type!=text namespace!=text description=text transport=transport port=port address=text authentication=authentication|type tools=[tool] resources=[document] prompts=[prompt] tags=texts@i
expose|skill: type!=text port!=port namespace!=text address=text description=text skills!=[any] authentication=authentication|type
expose|control: type!=text port!=port address=text management=any observability=any scripting=any authentication=authentication|type
route: path!=text name=text label=text description=text inputParameters=[input] operations=[exposed] forward=forward responses=any@i tags=texts@i
forward: targetNamespace!=text trustedHeaders=texts
exposed: method!=method name=text label=text description=text inputParameters=[input] ref=text@2 call=text with=any steps=[step|type] mappings=[mapping] outputParameters=[output] responses=any@i tags=texts@i
tool: name!=text label=text description!=text inputParameters=[argument] ref=text@2 call=text with=any steps=[step|type] mappings=[mapping] hints=hints@2 outputParameters=[output] tags=texts@i
argument: name!=text type!=type description=text required=flag value=any items=any properties=any enum=any
hints: readOnly=flag destructive=flag idempotent=flag openWorld=flag
document: name!=text label=text uri!=text description=text mimeType=text call=text with=any steps=[step|type] mappings=[mapping] outputParameters=[output] location=text
prompt: name!=text label=text description=text arguments=[argumented] template=[message] location=text
argumented: name!=text description=text required=flag label=text type=text
message: role!=text content!=text
step|call: type!=text name!=text call!=text with=any
step|lookup: type!=text name!=text index!=text match!=text lookupValue!=text outputParameters!=any
step|script: type!=text name!=text file=text language=text location=text dependencies=any with=any code=text@i
mapping: targetName!=text value!=any
output: type!=type mapping=any value=any const=any name=text properties=any items=any description=text
aggregate: label=text namespace!=text functions!=[function] description=text
function: name!=text description=text label=text semantics=semantics inputParameters=[argument] call=text with=any steps=[step|type] mappings=[mapping] outputParameters=[output]
semantics: safe=flag idempotent=flag cacheable=flag
any:
";

const METHODS: &[&str] = &["GET", "POST", "PUT", "PATCH", "DELETE"];
const PLACES: &[&str] = &["query", "header", "path", "cookie", "body", "environment"];
const FORMATS: &[&str] =
    &["json", "xml", "avro", "protobuf", "csv", "yaml", "tsv", "psv", "html", "markdown"];
const TYPES: &[&str] = &["string", "number", "integer", "boolean", "object", "array"];

/// What may stand under a key.
#[derive(Debug, Clone)]
pub(super) enum Kind {
    /// Anything.
    Any,
    /// Text.
    Text,
    /// A day.
    Date,
    /// Texts.
    Texts,
    /// Text by name.
    Names,
    /// True or false.
    Flag,
    /// A number from 1 to 65535.
    Port,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A map of this shape.
    One(String),
    /// Maps of this shape.
    Many(String),
}

impl Kind {
    fn read(word: &str) -> Self {
        match word {
            "any" => Self::Any,
            "text" => Self::Text,
            "date" => Self::Date,
            "texts" => Self::Texts,
            "names" => Self::Names,
            "flag" => Self::Flag,
            "port" => Self::Port,
            "http" => Self::Word(&["http"]),
            "method" => Self::Word(METHODS),
            "place" => Self::Word(PLACES),
            "format" => Self::Word(FORMATS),
            "type" => Self::Word(TYPES),
            "placement" => Self::Word(&["header", "query"]),
            "transport" => Self::Word(&["http", "stdio"]),
            word => match word.strip_prefix('[').and_then(|word| word.strip_suffix(']')) {
                Some(shape) => Self::Many(shape.to_owned()),
                None => Self::One(word.to_owned()),
            },
        }
    }
}

/// One key of a shape.
#[derive(Debug)]
pub(super) struct Field {
    name: &'static str,
    required: bool,
    since: &'static str,
    pub(super) kind: Kind,
}

impl Field {
    fn known_to(&self, version: &Version) -> bool {
        match self.since {
            "" => true,
            "i" => version.family == Family::Ikanos,
            alpha => {
                version.family == Family::Ikanos || version.alpha >= alpha.parse().unwrap_or(0)
            }
        }
    }
}

type Shapes = HashMap<&'static str, Vec<Field>>;

fn shapes() -> &'static Shapes {
    static SHAPES: OnceLock<Shapes> = OnceLock::new();
    SHAPES
        .get_or_init(|| TABLE.lines().filter_map(|line| line.split_once(':')).map(shape).collect())
}

fn shape((name, fields): (&'static str, &'static str)) -> (&'static str, Vec<Field>) {
    let fields = fields.split_whitespace().filter_map(|field| {
        let (name, kind) = field.split_once('=')?;
        let (kind, since) = kind.split_once('@').unwrap_or((kind, ""));
        let required = name.ends_with('!');
        Some(Field { name: name.trim_end_matches('!'), required, since, kind: Kind::read(kind) })
    });
    (name, fields.collect())
}

/// The shape that a node is to have: `expose|type` is chosen by what its `type` says.
pub(super) fn chosen(shape: &str, node: &Node) -> Option<&'static [Field]> {
    if let Some(fields) = shapes().get(shape) {
        return Some(fields);
    }
    let (base, key) = shape.split_once('|').unwrap_or((shape, "type"));
    let word = node.get(key).and_then(Node::text).or((base == "step").then_some("call"))?;
    shapes()
        .iter()
        .find(|(name, _)| **name == format!("{base}|{word}"))
        .map(|(_, fields)| fields.as_slice())
}

/// The words that may choose among shapes.
fn choices(shape: &str) -> Vec<&'static str> {
    let base = format!("{}|", shape.split('|').next().unwrap_or(shape));
    let mut words: Vec<&str> =
        shapes().keys().filter_map(|name| name.strip_prefix(base.as_str())).collect();
    words.sort_unstable();
    words
}

/// The field of that name.
pub(super) fn field<'a>(fields: &'a [Field], name: &str) -> Option<&'a Field> {
    fields.iter().find(|field| field.name == name)
}

/// Compares a document with the table.
pub(super) fn check(root: &Node, version: &Version, strict: bool, findings: &mut Findings) {
    let level = if strict { Level::Error } else { Level::Warning };
    Check { version, level, findings }.node("root", root, "the document");
}

struct Check<'a> {
    version: &'a Version,
    level: Level,
    findings: &'a mut Findings,
}

impl Check<'_> {
    fn say(&mut self, code: &'static str, at: At, message: String) {
        self.findings.0.push(Finding::new(self.level, code, at, message));
    }

    fn node(&mut self, shape: &str, node: &Node, what: &str) {
        if shape == "any" {
            return;
        }
        if !matches!(node.data, Data::Map(_)) {
            return self.say(
                "wrong-type",
                node.at,
                format!("{what} is {}, not a map", node.kind()),
            );
        }
        let Some(fields) = chosen(shape, node) else {
            let words = choices(shape).join(", ");
            let at = node.get("type").map_or(node.at, |node| node.at);
            return self.say("unknown-type", at, format!("{what} needs a `type`, one of: {words}"));
        };
        for (key, value) in node.entries() {
            match field(fields, &key.name) {
                None => {
                    self.say("unknown-field", key.at, format!("{what} has no field `{}`", key.name))
                }
                Some(field) if !field.known_to(self.version) => {
                    let why = format!("`{}` is not part of {}", key.name, self.version);
                    self.say("field-of-later-version", key.at, why);
                }
                Some(field) => self.value(&field.kind, value, &key.name),
            }
        }
        for missing in fields.iter().filter(|field| field.required && field.known_to(self.version))
        {
            if node.get(missing.name).is_none() {
                self.say("missing-field", node.at, format!("{what} needs `{}`", missing.name));
            }
        }
    }

    fn value(&mut self, kind: &Kind, node: &Node, name: &str) {
        let what = format!("`{name}`");
        let wrong = match kind {
            Kind::Any => None,
            Kind::Text | Kind::Date => node.text().is_none().then_some("text"),
            Kind::Flag => {
                (!matches!(node.data, Data::Scalar(Value::Bool(_)))).then_some("true or false")
            }
            Kind::Port => {
                let port = if let Data::Scalar(value) = &node.data { value.as_u64() } else { None };
                (!port.is_some_and(|port| (1..=65535).contains(&port)))
                    .then_some("a port from 1 to 65535")
            }
            Kind::Texts => {
                let texts = matches!(node.data, Data::List(_))
                    && node.items().iter().all(|item| item.text().is_some());
                (!texts).then_some("a list of texts")
            }
            Kind::Names => {
                let names = matches!(node.data, Data::Map(_))
                    && node.entries().iter().all(|(_, value)| value.text().is_some());
                (!names).then_some("a map of texts")
            }
            Kind::Word(words) => {
                let fits = node.text().is_some_and(|text| words.contains(&text));
                return if !fits {
                    let said = node
                        .text()
                        .map_or_else(|| node.kind().to_owned(), |text| format!("`{text}`"));
                    let why = format!("{what} is {said}, not one of: {}", words.join(", "));
                    self.say("wrong-value", node.at, why);
                };
            }
            Kind::One(shape) => return self.node(shape, node, &what),
            Kind::Many(shape) => {
                if let Data::List(items) = &node.data {
                    items
                        .iter()
                        .for_each(|item| self.node(shape, item, &format!("an item of {what}")));
                    return;
                }
                Some("a list")
            }
        };
        if let Some(wanted) = wrong {
            self.say("wrong-type", node.at, format!("{what} is {}, not {wanted}", node.kind()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_that_the_table_names_is_in_it() {
        for (name, fields) in shapes() {
            for field in fields {
                let (Kind::One(shape) | Kind::Many(shape)) = &field.kind else { continue };
                let found = shapes().contains_key(shape.as_str()) || !choices(shape).is_empty();
                assert!(found, "{name}.{}: no shape `{shape}`", field.name);
            }
        }
    }
}
