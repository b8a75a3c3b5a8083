//! Sizes and times as people write them: `32MB`, `1.5 GiB`, `90s`, `500ms`, or a bare number.

use toml::Value;

const SIZES: [(&str, f64); 10] = [
    ("kib", 1024.0),
    ("mib", 1_048_576.0),
    ("gib", 1_073_741_824.0),
    ("kb", 1024.0),
    ("mb", 1_048_576.0),
    ("gb", 1_073_741_824.0),
    ("k", 1024.0),
    ("m", 1_048_576.0),
    ("g", 1_073_741_824.0),
    ("b", 1.0),
];

const TIMES: [(&str, f64); 5] =
    [("ms", 0.001), ("s", 1.0), ("m", 60.0), ("h", 3600.0), ("d", 86400.0)];

/// A size in bytes. Units are binary, since memory is what they measure: `1MB` is 1,048,576.
pub fn bytes(value: &Value) -> Option<u64> {
    let bytes = measure(value, &SIZES)?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "`measure` gives finite numbers from zero up; the cast saturates"
    )]
    Some(bytes.round() as u64)
}

/// A time in seconds.
pub fn seconds(value: &Value) -> Option<f64> {
    measure(value, &TIMES)
}

/// A plain number, whole or not.
pub fn number(value: &Value) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "settings are small numbers")]
    value.as_float().or_else(|| value.as_integer().map(|whole| whole as f64))
}

fn measure(value: &Value, units: &[(&str, f64)]) -> Option<f64> {
    let amount = match value.as_str() {
        None => number(value)?,
        Some(text) => {
            let text = text.trim().to_ascii_lowercase();
            let (digits, factor) = units
                .iter()
                .find_map(|(unit, factor)| Some((text.strip_suffix(unit)?, *factor)))
                .unwrap_or((&text, 1.0));
            let digits = digits.trim_end();
            // `parse` also takes `inf`, `nan` and signs, none of which measures anything.
            if !digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
                return None;
            }
            digits.parse::<f64>().ok()? * factor
        }
    };
    (amount.is_finite() && amount >= 0.0).then_some(amount)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_with_and_without_a_unit() {
        let table = [("32MB", 33_554_432), ("1 KiB", 1024), ("0.5g", 536_870_912), ("77", 77)];
        for (text, expected) in table {
            assert_eq!(bytes(&Value::from(text)), Some(expected), "{text}");
        }
        assert_eq!(bytes(&Value::from(1024)), Some(1024));
        for wrong in ["", "MB", "-1", "lots", "1e400", "inf", "1 2"] {
            assert_eq!(bytes(&Value::from(wrong)), None, "{wrong}");
        }
        assert_eq!(bytes(&Value::from(-1)), None);
    }

    #[test]
    fn times_are_read_with_and_without_a_unit() {
        for (text, expected) in
            [("500ms", 0.5), ("90s", 90.0), ("2m", 120.0), ("1.5h", 5400.0), ("3", 3.0)]
        {
            assert_eq!(seconds(&Value::from(text)), Some(expected), "{text}");
        }
        assert_eq!(seconds(&Value::from("soon")), None);
    }
}
