//! How the columns of a row become the fields of an event: by name, by what a person says, and what
//! is left over as properties or traits. Whether the event is right is judged elsewhere.

mod read;

use serde::Deserialize;
use serde_json::{Map, Value};

pub use read::Reads;

use crate::catalogue::name::{did_you_mean, fold, nearest};
use crate::catalogue::{Operation, Type};
use crate::error::Fault;

/// The objects that hold what has no field of its own, first match wins.
const HOLDERS: [&str; 2] = ["properties", "traits"];

/// How rows become events.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "snake_case")]
pub struct Mapping {
    /// The kind of event of rows that do not say.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// Fields that every event gets unless its row has them, by dotted path.
    pub set: Map<String, Value>,
    /// Where columns go, by their name.
    pub columns: indexmap::IndexMap<String, Column>,
    /// What becomes of columns that are not named and are no field of an event.
    pub rest: Rest,
}

/// What becomes of the columns nobody named.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Rest {
    /// They become properties or traits.
    #[default]
    Keep,
    /// They are left out.
    Drop,
}

/// Where a column goes and how its values are read.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(try_from = "Written")]
pub struct Column {
    /// The dotted path of the field; none leaves the column out.
    to: Option<Vec<String>>,
    reads: Reads,
}

/// A column as a mapping file has it.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Switch(bool),
    To(String),
    Full {
        to: String,
        #[serde(rename = "as")]
        reads: Option<String>,
    },
}

impl TryFrom<Written> for Column {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        match written {
            Written::Switch(false) => Ok(Self { to: None, reads: Reads::Auto }),
            Written::Switch(true) => {
                Err("write the field it becomes, or false to leave it out".into())
            }
            Written::To(to) => Self::parse(&to),
            Written::Full { to, reads } => Ok(Self {
                to: Some(path(&to)?),
                reads: reads.map_or(Ok(Reads::Auto), |reads| Reads::parse(&reads))?,
            }),
        }
    }
}

impl Column {
    /// `FIELD` or `FIELD:TYPE`; `-` leaves the column out.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text == "-" {
            return Ok(Self { to: None, reads: Reads::Auto });
        }
        let (to, reads) = match text.split_once(':') {
            Some((to, reads)) => (to, Reads::parse(reads)?),
            None => (text, Reads::Auto),
        };
        Ok(Self { to: Some(path(to)?), reads })
    }
}

/// A dotted path.
fn path(text: &str) -> Result<Vec<String>, String> {
    let pieces: Vec<String> = text.split('.').map(|piece| piece.trim().to_owned()).collect();
    match pieces.iter().any(String::is_empty) {
        true => Err(format!("`{text}` is not the path of a field")),
        false => Ok(pieces),
    }
}

impl Mapping {
    /// Whether rows that are events already are to be taken as they are.
    pub fn leaves_alone(&self) -> bool {
        *self == Self::default()
    }

    /// Complains about columns that the mapping names and the source does not have.
    ///
    /// # Errors
    /// The column, with the nearest there is.
    pub fn check(&self, columns: &[String]) -> Result<(), Fault> {
        for name in self.columns.keys() {
            if !columns.contains(name) {
                let near = nearest(name, columns.iter().map(String::as_str));
                let hint = did_you_mean(&near)
                    .unwrap_or_else(|| format!("the columns are {}", columns.join(", ")));
                return Err(Fault::usage(format!("there is no column `{name}`"))
                    .code("unknown_column")
                    .hint(hint));
            }
        }
        Ok(())
    }

    /// The event that a row's cells make, still to be checked. `kind` is the field that tells the
    /// kind, `of` finds the operation of a kind, `table` says that the cells are untyped text.
    ///
    /// # Errors
    /// A value that cannot be read as it should, or a kind nobody knows.
    pub(super) fn event<'a>(
        &self,
        cells: impl Iterator<Item = (&'a str, Value)>,
        kind: &str,
        of: &dyn Fn(&str) -> Option<&'a Operation>,
        table: bool,
    ) -> Result<Map<String, Value>, Fault> {
        let mut event = Map::new();
        let mut rest: Vec<(&str, Value)> = Vec::new();
        for (name, value) in cells {
            match self.columns.get(name) {
                Some(Column { to: Some(to), reads }) => {
                    let value = read(name, *reads_for(reads, to), value)?;
                    put(&mut event, to, value);
                }
                Some(Column { to: None, .. }) => {}
                None => rest.push((name, value)),
            }
        }
        if let Some(at) = rest.iter().position(|(name, _)| fold(name) == fold(kind)) {
            let (_, value) = rest.swap_remove(at);
            put(&mut event, &[kind.to_owned()], value);
        }
        let word = event.get(kind).and_then(Value::as_str).or(self.kind.as_deref());
        let word = word.or_else(|| self.set.get(kind)?.as_str()).map(str::to_owned);
        let operation = word.as_deref().and_then(of);
        for (name, value) in rest {
            self.place(&mut event, name, value, operation, table)?;
        }
        if let Some(word) = word {
            event.entry(kind).or_insert(Value::String(word));
        }
        for (name, value) in &self.set {
            let pieces: Vec<String> = name.split('.').map(str::to_owned).collect();
            fill(&mut event, &pieces, value);
        }
        Ok(event)
    }

    /// Puts a cell nobody named where its name says.
    fn place(
        &self,
        event: &mut Map<String, Value>,
        name: &str,
        value: Value,
        operation: Option<&Operation>,
        table: bool,
    ) -> Result<(), Fault> {
        let mut pieces: Vec<String> = name.split('.').map(str::to_owned).collect();
        let field = operation.and_then(|operation| {
            let folded = fold(&pieces[0]);
            operation.params.iter().find(|(param, _)| fold(param) == folded)
        });
        let reads = if table { Reads::Auto } else { Reads::AsIs };
        match field {
            // What is an event already may only have the fields of one; the row's rules say so.
            None if !table && self.columns.is_empty() => put(event, &[name.to_owned()], value),
            Some(_) if !table => put(event, &[name.to_owned()], value),
            Some((param, row)) if (pieces.len() == 1) == (row.kind != Type::Object) => {
                pieces[0].clone_from(param);
                let reads = match row.format.as_deref() {
                    Some("date-time") => Reads::Time,
                    _ if row.kind == Type::String => Reads::String,
                    _ => reads,
                };
                put(event, &pieces, read(name, reads, value)?);
            }
            Some((param, row)) if row.kind == Type::Object => {
                put(event, std::slice::from_ref(param), read(name, Reads::Json, value)?);
            }
            _ if self.rest == Rest::Drop => {}
            _ => {
                let holder = operation.and_then(|operation| {
                    HOLDERS.into_iter().find(|holder| operation.params.contains_key(*holder))
                });
                let mut whole = vec![holder.unwrap_or(HOLDERS[0]).to_owned()];
                whole.append(&mut pieces);
                put(event, &whole, read(name, reads, value)?);
            }
        }
        Ok(())
    }
}

/// How to read a value that goes to a field: times are times unless somebody says otherwise.
fn reads_for<'a>(reads: &'a Reads, to: &[String]) -> &'a Reads {
    match (reads, to) {
        (Reads::Auto, [field]) if field == "timestamp" => &Reads::Time,
        // Ids keep their zeros.
        (Reads::Auto, [_]) => &Reads::String,
        _ => reads,
    }
}

fn read(name: &str, reads: Reads, value: Value) -> Result<Value, Fault> {
    reads.read(value).map_err(|why| {
        Fault::usage(format!("column `{name}`: {why}")).code("unreadable_value").param(name)
    })
}

/// Puts a value at a path; an empty one is left out.
fn put(event: &mut Map<String, Value>, path: &[String], value: Value) {
    if value.is_null() {
        return;
    }
    let Some((last, before)) = path.split_last() else { return };
    let mut map = event;
    for piece in before {
        let inner = map.entry(piece.as_str()).or_insert_with(|| Value::Object(Map::new()));
        if !inner.is_object() {
            *inner = Value::Object(Map::new());
        }
        match inner {
            Value::Object(inner) => map = inner,
            _ => return,
        }
    }
    map.insert(last.clone(), value);
}

/// Puts a value at a path where there is none.
fn fill(event: &mut Map<String, Value>, path: &[String], value: &Value) {
    let Some((first, rest)) = path.split_first() else { return };
    if rest.is_empty() {
        event.entry(first.as_str()).or_insert_with(|| value.clone());
        return;
    }
    let inner = event.entry(first.as_str()).or_insert_with(|| Value::Object(Map::new()));
    if let Value::Object(inner) = inner {
        fill(inner, rest, value);
    }
}
