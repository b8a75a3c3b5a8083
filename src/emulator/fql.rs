//! Segment's filter language, as far as its documentation gives it: comparisons of an event's
//! fields, `and`, `or`, `!`, parentheses, and a few functions. Used to preview filters.

use serde_json::Value;

/// Whether the event meets the condition.
///
/// # Errors
/// What is wrong with the condition.
pub(super) fn meets(condition: &str, event: &Value) -> Result<bool, String> {
    let mut reader = Reader { words: words(condition)?, at: 0, event };
    let value = reader.either()?;
    match reader.peek() {
        None => Ok(truth(&value)),
        Some(word) => Err(format!("`{word}` is not expected here")),
    }
}

/// The longest nesting that is read.
const DEPTH: usize = 64;

fn words(text: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut letters = text.chars().peekable();
    while let Some(&letter) = letters.peek() {
        let mut word = String::new();
        match letter {
            ' ' | '\t' | '\n' | '\r' => {
                letters.next();
                continue;
            }
            '\'' | '"' => {
                letters.next();
                word.push('\'');
                loop {
                    match letters.next() {
                        None => return Err("a text is not closed".to_owned()),
                        Some('\\') => word.extend(letters.next()),
                        Some(end) if end == letter => break,
                        Some(other) => word.push(other),
                    }
                }
            }
            '(' | ')' | ',' => word.extend(letters.next()),
            '=' | '!' | '<' | '>' => {
                word.extend(letters.next());
                word.extend(letters.next_if_eq(&'='));
            }
            _ => {
                let plain = |c: &char| !c.is_whitespace() && !"'\"(),=!<>".contains(*c);
                while let Some(next) = letters.next_if(plain) {
                    word.push(next);
                }
            }
        }
        words.push(word);
    }
    match words.iter().filter(|word| *word == "(").count() > DEPTH {
        true => Err("it is nested too deeply".to_owned()),
        false => Ok(words),
    }
}

struct Reader<'a> {
    words: Vec<String>,
    at: usize,
    event: &'a Value,
}

impl Reader<'_> {
    fn peek(&self) -> Option<&str> {
        self.words.get(self.at).map(String::as_str)
    }

    fn next(&mut self) -> Result<String, String> {
        let word = self.words.get(self.at).cloned();
        self.at += 1;
        word.ok_or_else(|| "it ends too early".to_owned())
    }

    fn take(&mut self, wanted: &str) -> bool {
        let found = self.peek().is_some_and(|word| word.eq_ignore_ascii_case(wanted));
        self.at += usize::from(found);
        found
    }

    fn either(&mut self) -> Result<Value, String> {
        let mut value = self.both()?;
        while self.take("or") {
            let other = self.both()?;
            value = Value::from(truth(&value) || truth(&other));
        }
        Ok(value)
    }

    fn both(&mut self) -> Result<Value, String> {
        let mut value = self.compared()?;
        while self.take("and") {
            let other = self.compared()?;
            value = Value::from(truth(&value) && truth(&other));
        }
        Ok(value)
    }

    fn compared(&mut self) -> Result<Value, String> {
        // A loop, since a row of negations is as long as its text.
        let mut negated = false;
        while self.take("!") || self.take("not") {
            negated = !negated;
        }
        let left = self.operand()?;
        let operator = self.peek().unwrap_or_default().to_owned();
        let value = if matches!(operator.as_str(), "=" | "==" | "!=" | "<" | "<=" | ">" | ">=") {
            self.at += 1;
            let right = self.operand()?;
            Value::from(compare(&left, &operator, &right))
        } else {
            left
        };
        Ok(if negated { Value::from(!truth(&value)) } else { value })
    }

    fn operand(&mut self) -> Result<Value, String> {
        let word = self.next()?;
        if let Some(text) = word.strip_prefix('\'') {
            return Ok(Value::from(text));
        }
        match word.as_str() {
            "(" => {
                let value = self.either()?;
                return if self.take(")") { Ok(value) } else { Err("a `)` is missing".to_owned()) };
            }
            "true" | "false" => return Ok(Value::from(word == "true")),
            "null" | "undefined" => return Ok(Value::Null),
            ")" | "," | "=" | "!=" | "<" | ">" | "<=" | ">=" | "and" | "or" => {
                return Err(format!("`{word}` is not expected here"));
            }
            _ => {}
        }
        if self.take("(") {
            return self.function(&word);
        }
        if let Ok(number) = word.parse::<f64>() {
            return Ok(Value::from(number));
        }
        Ok(word.split('.').fold(self.event, |value, step| &value[step]).clone())
    }

    fn function(&mut self, name: &str) -> Result<Value, String> {
        let mut given = Vec::new();
        while !self.take(")") {
            given.push(self.either()?);
            if !self.take(",") && self.peek() != Some(")") {
                return Err(format!("the arguments of `{name}` do not end"));
            }
        }
        let text = |at: usize| given.get(at).and_then(Value::as_str).unwrap_or_default();
        Ok(match name.to_lowercase().as_str() {
            "contains" => Value::from(text(0).contains(text(1))),
            "match" => Value::from(like(text(0), text(1))),
            "lowercase" => Value::from(text(0).to_lowercase()),
            "uppercase" => Value::from(text(0).to_uppercase()),
            "length" => match given.first() {
                Some(Value::Array(items)) => Value::from(items.len()),
                _ => Value::from(text(0).chars().count()),
            },
            "typeof" => Value::from(match given.first() {
                Some(Value::String(_)) => "string",
                Some(Value::Number(_)) => "number",
                Some(Value::Bool(_)) => "boolean",
                Some(Value::Array(_)) => "list",
                Some(Value::Object(_)) => "object",
                _ => "null",
            }),
            _ => return Err(format!("there is no function `{name}`")),
        })
    }
}

fn truth(value: &Value) -> bool {
    !matches!(value, Value::Null | Value::Bool(false))
}

fn compare(left: &Value, operator: &str, right: &Value) -> bool {
    let equal = match (left.as_f64(), right.as_f64()) {
        (Some(left), Some(right)) => (left - right).abs() < f64::EPSILON,
        _ => left == right,
    };
    let order = match (left, right) {
        (Value::String(left), Value::String(right)) => Some(left.cmp(right)),
        _ => left.as_f64().zip(right.as_f64()).and_then(|(left, right)| left.partial_cmp(&right)),
    };
    match operator {
        "=" | "==" => equal,
        "!=" => !equal,
        "<" => order.is_some_and(|order| order.is_lt()),
        "<=" => equal || order.is_some_and(|order| order.is_lt()),
        ">" => order.is_some_and(|order| order.is_gt()),
        _ => equal || order.is_some_and(|order| order.is_gt()),
    }
}

/// Whether a text has the form, in which `*` is any run of letters and `?` any letter. Runs in the
/// product of both lengths, whatever the form.
fn like(text: &str, form: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    let mut reached = vec![false; text.len() + 1];
    reached[0] = true;
    for sign in form.chars() {
        let mut next = vec![false; text.len() + 1];
        for at in 0..=text.len() {
            let behind = at > 0 && (sign == '?' || sign == text[at - 1]) && reached[at - 1];
            next[at] = if sign == '*' { reached[at] || at > 0 && next[at - 1] } else { behind };
        }
        reached = next;
    }
    reached[text.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn conditions_are_met_or_not() {
        let event = json!({"type": "track", "event": "Order Completed", "userId": "u",
            "properties": {"total": 99.5, "items": ["a"], "mail": "Jane@Example.com"}});
        for (condition, met) in [
            ("type = 'track'", true),
            (r#"type = "track" and event = "Order Completed""#, true),
            ("type = 'identify' or properties.total >= 99.5", true),
            ("!(type = 'track')", false),
            ("! ! userId", true),
            ("properties.total < 10", false),
            ("properties.none = null", true),
            ("contains(event, 'Order') and length(properties.items) = 1", true),
            ("match(lowercase(properties.mail), '*@example.c?m')", true),
            ("match(event, 'Order')", false),
            ("typeof(properties) = 'object' and event != 'x'", true),
            (r"event = 'it\'s'", false),
        ] {
            assert_eq!(meets(condition, &event), Ok(met), "{condition}");
        }
    }

    #[test]
    fn what_is_no_condition_is_refused() {
        for condition in ["", "type =", "type = 'track", "(type", "nothing(1)", "a b", "= 1", "f(1"]
        {
            assert!(meets(condition, &json!({})).is_err(), "{condition}");
        }
        assert!(meets(&"(".repeat(100_000), &json!({})).is_err());
        assert_eq!(meets(&format!("{}true", "! ".repeat(100_000)), &json!({})), Ok(true));
    }
}
