//! The documentation as HTML: as much of Markdown as its pages use (headings, paragraphs, lists,
//! tables, code). Whatever else there is stays text, so that no page can bring markup of its own.

use maud::{Markup, html};

/// A page. Its headings begin below that of the frame around it.
pub(super) fn render(text: &str) -> Markup {
    let mut blocks = Vec::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        if let Some(fence) = line.trim_start().strip_prefix("```") {
            let code: Vec<&str> =
                lines.by_ref().take_while(|line| line.trim_start() != "```").collect();
            blocks.push(code_block(fence, &code.join("\n")));
        } else if let Some((depth, title)) = heading(line) {
            blocks.push(titled(depth, title));
        } else if line.starts_with('|') {
            let mut rows = vec![line];
            while let Some(row) = lines.next_if(|next| next.starts_with('|')) {
                rows.push(row);
            }
            blocks.push(table(&rows));
        } else if item(line).is_some() {
            let mut items = vec![line.to_owned()];
            while let Some(more) = lines.next_if(|next| {
                item(next).is_some() || (next.starts_with(' ') && !next.trim().is_empty())
            }) {
                match item(more) {
                    Some(_) => items.push(more.to_owned()),
                    None => {
                        if let Some(last) = items.last_mut() {
                            last.push(' ');
                            last.push_str(more.trim());
                        }
                    }
                }
            }
            blocks.push(html! { ul { @for (deep, text) in items.iter().filter_map(|it| item(it)) {
                li class=[(deep > 0).then_some("deep")] { (inline(text)) }
            } } });
        } else if !line.trim().is_empty() {
            let mut words = line.trim().to_owned();
            while let Some(more) = lines.next_if(|next| continues(next)) {
                words.push(' ');
                words.push_str(more.trim());
            }
            blocks.push(html! { p { (inline(&words)) } });
        }
    }
    html! { @for block in blocks { (block) } }
}

/// Whether a line goes on with the paragraph before it.
fn continues(line: &str) -> bool {
    let other = line.trim_start().starts_with("```") || line.starts_with('|');
    !line.trim().is_empty() && !other && heading(line).is_none() && item(line).is_none()
}

fn heading(line: &str) -> Option<(usize, &str)> {
    let depth = line.bytes().take_while(|byte| *byte == b'#').count();
    let title = line[depth..].strip_prefix(' ')?;
    (1..=6).contains(&depth).then_some((depth, title))
}

fn titled(depth: usize, title: &str) -> Markup {
    match depth {
        1 => html! { h2 { (inline(title)) } },
        2 => html! { h3 { (inline(title)) } },
        _ => html! { h4 { (inline(title)) } },
    }
}

/// How deep an item of a list stands, and its text.
fn item(line: &str) -> Option<(usize, &str)> {
    let text = line.trim_start();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let rest = match digits {
        0 => text.strip_prefix("- ").or_else(|| text.strip_prefix("* ")),
        _ => text[digits..].strip_prefix(". "),
    };
    rest.map(|rest| (line.len() - text.len(), rest))
}

fn code_block(language: &str, code: &str) -> Markup {
    // It may be wider than a screen, and is then scrolled with the keyboard too.
    let label = if language.is_empty() { "code" } else { language };
    html! { pre tabindex="0" role="region" aria-label=(label) { code { (code) } } }
}

fn table(rows: &[&str]) -> Markup {
    let rule = |row: &&str| row.chars().all(|letter| "|-: ".contains(letter));
    let mut rows = rows.iter().copied().filter(|row| !rule(row)).map(cells);
    let head = rows.next().unwrap_or_default();
    let label = head.join(", ");
    html! { div.wide tabindex="0" role="region" aria-label=(label) { table {
        thead { tr { @for cell in &head { th scope="col" { (inline(cell)) } } } }
        tbody { @for row in rows { tr { @for cell in &row { td { (inline(cell)) } } } } }
    } } }
}

/// The cells of a row. A bar in code, or behind a backslash, separates nothing.
fn cells(row: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let (mut code, mut escaped) = (false, false);
    for letter in row.trim().trim_start_matches('|').chars() {
        match letter {
            '|' if !code && !escaped => cells.push(String::new()),
            '\\' if !escaped => {
                escaped = true;
                continue;
            }
            _ => {
                if escaped && letter != '|' {
                    push(&mut cells, '\\');
                }
                code ^= letter == '`';
                push(&mut cells, letter);
            }
        }
        escaped = false;
    }
    if cells.last().is_some_and(|last| last.trim().is_empty()) {
        cells.pop();
    }
    cells.iter().map(|cell| cell.trim().to_owned()).collect()
}

fn push(cells: &mut [String], letter: char) {
    if let Some(last) = cells.last_mut() {
        last.push(letter);
    }
}

/// A line: what stands between backticks is code, between two pairs of asterisks it is strong.
fn inline(text: &str) -> Markup {
    html! { @for (at, part) in text.split('`').enumerate() {
        @if at % 2 == 1 { code { (part) } } @else {
            @for (at, part) in part.split("**").enumerate() {
                @if at % 2 == 1 { strong { (part) } } @else { (part) }
            }
        }
    } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_our_pages_use_is_shown_as_what_it_is() {
        let text = "# One\n\nA `b|c` **d**\ngoes on.\n\n- x\n  y\n  - z\n\n| A | B |\n|---|---|\n| `a|b` | c\\|d |\n\n```lua\nreturn {\n\n}\n```\n";
        let html = render(text).into_string();
        for expected in [
            "<h2>One</h2>",
            "<p>A <code>b|c</code> <strong>d</strong> goes on.</p>",
            "<li>x y</li>",
            "<li class=\"deep\">z</li>",
            "<th scope=\"col\">A</th>",
            "<td><code>a|b</code></td><td>c|d</td>",
            "<code>return {\n\n}</code>",
        ] {
            assert!(html.contains(expected), "{expected}\n{html}");
        }
    }

    #[test]
    fn no_page_brings_markup_of_its_own() {
        let html =
            render("# <b>\n<script>alert(1)</script>\n- `<i>`\n\n|<u>|\n```\n<s>").into_string();
        for tag in ["<b>", "<script>", "<i>", "<u>", "<s>"] {
            assert!(!html.contains(tag), "{tag}: {html}");
        }
    }

    #[test]
    fn every_page_that_is_served_can_be_shown() {
        let catalogue = crate::catalogue::Catalogue::new(Vec::new());
        for operation in catalogue.operations() {
            let page = operation.full_name();
            let text = crate::catalogue::docs::read(&catalogue, Some(&page)).unwrap();
            let html = render(&text).into_string();
            assert!(html.contains("<h2>") && !html.contains("```"), "{page}");
            assert!(!html.contains("|---"), "{page}");
        }
    }
}
