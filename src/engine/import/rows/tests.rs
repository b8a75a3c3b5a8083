//! What a source gives.

use super::*;

fn rows(format: Format, text: &str, from: Mark) -> Vec<(u64, u64, String)> {
    let mut rows =
        Rows::open(format, Box::new(io::Cursor::new(text.as_bytes().to_vec())), from, false)
            .unwrap();
    let mut found = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        let cells = match row.cells {
            Cells::Line(line) => String::from_utf8_lossy(line).into_owned(),
            Cells::Record(record) => {
                record.iter().map(String::from_utf8_lossy).collect::<Vec<_>>().join("|")
            }
            Cells::TooLong(bytes) => format!("{bytes} bytes"),
            Cells::Silence => "…".to_owned(),
        };
        found.push((row.start.line + 1, row.start.offset, cells));
    }
    found
}

#[test]
fn lines_have_their_places_whatever_an_editor_did_to_them() {
    let text = "\u{feff}{\"a\":1}\r\n\n  {\"b\":2}";
    let all = rows(Format::JsonLines, text, Mark::default());
    assert_eq!(all, [(1, 0, "{\"a\":1}".to_owned()), (3, 13, "{\"b\":2}".to_owned())]);
    let rest = rows(Format::JsonLines, text, Mark { offset: 13, line: 2 });
    assert_eq!(rest, all[1..]);
}

#[test]
fn a_row_that_is_too_long_is_passed_over_in_constant_memory() {
    let text = format!("{}\n{{}}\n", "x".repeat(3 * LONGEST_ROW));
    let found = rows(Format::JsonLines, &text, Mark::default());
    assert_eq!(found[0].2, format!("{} bytes", 3 * LONGEST_ROW + 1));
    assert_eq!(found[1], (2, 3 * LONGEST_ROW as u64 + 1, "{}".to_owned()));
}

#[test]
fn records_may_hold_line_ends_and_keep_their_places() {
    let text = "id,note\r\n1,\"two\r\nlines\"\r\n2,x,y\n3,z\n";
    let all = rows(Format::CSV, text, Mark::default());
    assert_eq!(
        all,
        [
            (2, 9, "1|two\r\nlines".to_owned()),
            (4, 25, "2|x|y".to_owned()),
            (5, 31, "3|z".to_owned())
        ]
    );
    assert_eq!(rows(Format::CSV, text, Mark { offset: 25, line: 3 }), all[1..]);
    assert_eq!(rows(Format::TSV, "a\tb\n1\t2\n", Mark::default())[0].2, "1|2");
}

#[test]
fn a_quote_without_an_end_does_not_swallow_the_memory() {
    let source = io::Cursor::new(b"id,note\n1,\"".to_vec()).chain(io::repeat(b'x'));
    let mut rows = Rows::open(Format::CSV, Box::new(source), Mark::default(), false).unwrap();
    let fault = rows.next().unwrap_err();
    assert!(fault.message.contains("line 2"), "{}", fault.message);
}

#[test]
fn two_columns_of_one_name_are_refused() {
    let source = Box::new(io::Cursor::new(b"a,b,a\n".to_vec()));
    let fault = Rows::open(Format::CSV, source, Mark::default(), false).err().unwrap();
    assert!(fault.message.contains("`a`"));
}
