//! A report, or several beside each other, as one page that needs nothing else.

use std::fmt::Write as _;
use std::path::Path;

use base64::Engine as _;

use super::Pair;
use super::Report;
use super::compare;
use super::drawing::Color;
use super::drawing::Drawing;
use super::drawing::Item;
use super::drawing::WIDTH;
use super::drawing::charts;
use crate::eval::protocols;

/// Pairs of pictures shown of each kind.
const N_PAIRS: usize = 12;
const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;color:#1b1d1f;background:#f6f6f4;\
    margin:0 auto;padding:24px;max-width:1000px}h1{font-size:24px}h2{font-size:18px;margin-top:32px}\
    table{border-collapse:collapse;background:#fff}td,th{border:1px solid #dedeca;padding:4px 10px;\
    text-align:left;vertical-align:top}td.n{text-align:right;font-variant-numeric:tabular-nums}\
    svg{background:#fff;display:block;margin:12px 0;max-width:100%}.pairs{display:flex;\
    flex-wrap:wrap;gap:16px}.pair{background:#fff;padding:10px;width:330px;overflow-wrap:anywhere}\
    .pair img{max-width:158px;max-height:158px;margin-right:6px;vertical-align:top}\
    .weak{color:#5c6166;font-size:13px}";

/// The page. `thumbnail` makes a small JPEG of a picture, or nothing.
pub fn page(reports: &[&Report], thumbnail: &dyn Fn(&Path) -> Option<Vec<u8>>) -> String {
    let mut page = String::new();
    let title = reports
        .first()
        .map_or_else(String::new, |report| report.protocol_label().to_owned());
    let names: Vec<String> = reports.iter().map(|r| escaped(&r.model.name)).collect();
    page.push_str("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">");
    page.push_str("<meta name=\"viewport\" content=\"width=device-width\">");
    put(
        &mut page,
        format_args!(
            "<title>{}</title><style>{STYLE}</style></head><body>\n",
            escaped(&title)
        ),
    );
    put(
        &mut page,
        format_args!(
            "<h1>{}</h1>\n<p>{}</p>\n",
            escaped(&title),
            names.join(" · ")
        ),
    );
    figures(&mut page, reports);
    published(&mut page, reports);
    for chart in charts(reports) {
        svg(&mut page, &chart);
    }
    if let [first, second] = reports {
        differences(&mut page, first, second);
    }
    for report in reports {
        if reports.len() > 1 {
            put(
                &mut page,
                format_args!("<h2>{}</h2>\n", escaped(&report.model.name)),
            );
        }
        let findings = &report.findings;
        pairs(
            &mut page,
            "Copies that were missed",
            &findings.misses,
            thumbnail,
        );
        pairs(
            &mut page,
            "Taken for copies",
            &findings.false_matches,
            thumbnail,
        );
        unreadable(&mut page, report);
        how(&mut page, report);
    }
    page.push_str("</body></html>\n");
    page
}

/// Text that cannot become markup.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c if c.is_control() && c != '\n' && c != '\t' => safe.push('\u{fffd}'),
            c => safe.push(c),
        }
    }
    safe
}

fn put(page: &mut String, text: std::fmt::Arguments<'_>) {
    page.write_fmt(text).expect("a string takes any text");
}

fn shown(path: &Path) -> String {
    escaped(&path.to_string_lossy())
}

fn figures(page: &mut String, reports: &[&Report]) {
    page.push_str("<table><tr><th></th>");
    for report in reports {
        put(
            page,
            format_args!("<th>{}</th>", escaped(&report.model.name)),
        );
    }
    page.push_str("</tr>\n");
    let mut seen = Vec::new();
    for figure in reports.iter().flat_map(|report| &report.findings.figures) {
        if seen.contains(&figure.id.as_str()) {
            continue;
        }
        seen.push(&figure.id);
        let (label, help) = (escaped(&figure.label), escaped(&figure.help));
        put(page, format_args!("<tr><th title=\"{help}\">{label}</th>"));
        for report in reports {
            match report.figure(&figure.id) {
                Some(value) => put(page, format_args!("<td class=\"n\">{value:.4}</td>")),
                None => page.push_str("<td></td>"),
            }
        }
        page.push_str("</tr>\n");
    }
    let mut row = |label: &str, value: &dyn Fn(&Report) -> String| {
        put(page, format_args!("<tr><th>{label}</th>"));
        for report in reports {
            put(
                page,
                format_args!("<td class=\"n\">{}</td>", escaped(&value(report))),
            );
        }
        page.push_str("</tr>\n");
    };
    row("Pictures a second", &|report| {
        let rate = report.computing.pictures_per_second;
        rate.map_or_else(
            || "all known before".to_owned(),
            |rate| format!("{rate:.1}"),
        )
    });
    row("Size of the model", &|report| {
        format!("{:.1} MB", report.model.file_bytes as f64 / 1e6)
    });
    row("Numbers a picture", &|report| {
        report.model.dimensions.to_string()
    });
    page.push_str("</table>\n");
}

fn published(page: &mut String, reports: &[&Report]) {
    let spec = reports
        .first()
        .and_then(|report| protocols::find(&report.protocol));
    let Some(spec) = spec.filter(|spec| !spec.published.is_empty()) else {
        return;
    };
    page.push_str(
        "<h2>Figures of others</h2>\n<p class=\"weak\">They were measured on the full data \
                   sets; a smaller set with the same layout gives other figures.</p>\n<table>",
    );
    for published in spec.published {
        let figure = reports[0].findings.figures.iter();
        let mut figure = figure.filter(|figure| figure.id == published.figure);
        let label = figure
            .next()
            .map_or(published.figure, |figure| &figure.label);
        put(
            page,
            format_args!(
                "<tr><td>{}</td><td>{}</td><td class=\"n\">{:.3}</td><td class=\"weak\">{}</td></tr>\n",
                escaped(published.what),
                escaped(label),
                published.value,
                escaped(published.source)
            ),
        );
    }
    page.push_str("</table>\n");
}

fn differences(page: &mut String, first: &Report, second: &Report) {
    let found = compare(first, second);
    put(
        page,
        format_args!(
            "<h2>{} against {}</h2>\n<p>{} originals stand further up, {} further down, {} in the same \
             place.</p>\n",
            escaped(&second.model.name),
            escaped(&first.model.name),
            found.n_better,
            found.n_worse,
            found.n_equal
        ),
    );
    for (id, a, b) in &found.options {
        let text = format!("The option {id} differs: {a} and {b}; figures are not comparable.");
        put(page, format_args!("<p>{}</p>\n", escaped(&text)));
    }
}

fn pairs(
    page: &mut String,
    title: &str,
    pairs: &[Pair],
    thumbnail: &dyn Fn(&Path) -> Option<Vec<u8>>,
) {
    if pairs.is_empty() {
        return;
    }
    put(
        page,
        format_args!("<h2>{}</h2>\n<div class=\"pairs\">\n", escaped(title)),
    );
    for pair in pairs.iter().take(N_PAIRS) {
        page.push_str("<div class=\"pair\">");
        for path in [&pair.query, &pair.reference] {
            if let Some(jpeg) = thumbnail(path) {
                let data = base64::engine::general_purpose::STANDARD.encode(jpeg);
                put(
                    page,
                    format_args!(
                        "<img alt=\"{}\" src=\"data:image/jpeg;base64,{data}\">",
                        shown(path)
                    ),
                );
            }
        }
        put(
            page,
            format_args!(
                "<div class=\"weak\">{}<br>{}",
                shown(&pair.query),
                shown(&pair.reference)
            ),
        );
        if let Some(similarity) = pair.similarity {
            put(page, format_args!("<br>Similarity {similarity:.3}"));
        }
        if let Some((path, similarity)) = &pair.instead {
            put(
                page,
                format_args!("<br>First instead: {} ({similarity:.3})", shown(path)),
            );
        }
        page.push_str("</div></div>\n");
    }
    page.push_str("</div>\n");
}

fn unreadable(page: &mut String, report: &Report) {
    let unreadable = &report.findings.unreadable;
    if unreadable.is_empty() {
        return;
    }
    put(
        page,
        format_args!(
            "<h2>{} pictures could not be read</h2>\n<ul>",
            unreadable.len()
        ),
    );
    for picture in unreadable.iter().take(100) {
        put(
            page,
            format_args!(
                "<li>{}: {}</li>\n",
                escaped(&picture.reason),
                shown(&picture.path)
            ),
        );
    }
    page.push_str("</ul>\n");
}

fn how(page: &mut String, report: &Report) {
    let Report {
        data,
        model,
        computing,
        ..
    } = report;
    let mut rows: Vec<(String, String)> = vec![
        (
            "Model".to_owned(),
            format!("{} ({})", model.name, model.architecture),
        ),
        (
            "Data".to_owned(),
            format!("{}, {}", data.label, data.path.to_string_lossy()),
        ),
    ];
    for (part, n) in &data.parts {
        rows.push((format!("Pictures, {part}"), n.to_string()));
    }
    for (id, value) in &report.options {
        rows.push((format!("Option {id}"), value.clone()));
    }
    let device = format!("{}, {}", computing.device, computing.engine);
    rows.push(("Computed on".to_owned(), device));
    rows.push(("Took".to_owned(), format!("{:.1} s", computing.seconds)));
    let made = format!("{}, Copylens {}", report.date(), report.made_by);
    rows.push(("Made".to_owned(), made));
    for note in &report.findings.notes {
        rows.push(("Note".to_owned(), note.clone()));
    }
    page.push_str("<h2>How it was measured</h2>\n<table>");
    for (label, value) in rows {
        let (label, value) = (escaped(&label), escaped(&value));
        put(
            page,
            format_args!("<tr><th>{label}</th><td>{value}</td></tr>\n"),
        );
    }
    page.push_str("</table>\n");
}

fn svg(page: &mut String, drawing: &Drawing) {
    let (title, height) = (escaped(&drawing.title), drawing.height);
    put(
        page,
        format_args!(
            "<svg viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" height=\"{height}\" role=\"img\" \
             aria-label=\"{title}\" font-family=\"system-ui,sans-serif\">\n"
        ),
    );
    for item in &drawing.items {
        match item {
            Item::Line {
                points,
                color,
                width,
                is_dashed,
            } => {
                let points: Vec<String> = points
                    .iter()
                    .map(|[x, y]| format!("{x:.1},{y:.1}"))
                    .collect();
                let dash = if *is_dashed {
                    " stroke-dasharray=\"8 5\""
                } else {
                    ""
                };
                put(
                    page,
                    format_args!(
                        "<polyline fill=\"none\" stroke=\"{}\" stroke-width=\"{width}\"{dash} \
                         points=\"{}\"/>\n",
                        hex(*color),
                        points.join(" ")
                    ),
                );
            }
            Item::Box {
                corner: [x, y],
                size: [width, height],
                color,
                alpha,
            } => put(
                page,
                format_args!(
                    "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" \
                     fill=\"{}\" fill-opacity=\"{alpha}\"/>\n",
                    hex(*color)
                ),
            ),
            Item::Words {
                text,
                at: [x, y],
                size,
                color,
                align,
            } => {
                let anchor = match align {
                    a if *a == 0.0 => "start",
                    a if *a == 1.0 => "end",
                    _ => "middle",
                };
                put(
                    page,
                    format_args!(
                        "<text x=\"{x:.1}\" y=\"{y:.1}\" font-size=\"{size}\" fill=\"{}\" \
                         text-anchor=\"{anchor}\">{}</text>\n",
                        hex(*color),
                        escaped(text)
                    ),
                );
            }
        }
    }
    page.push_str("</svg>\n");
}

fn hex([r, g, b]: Color) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;

    #[test]
    fn names_cannot_become_markup() {
        let mut report = example("x", 0.5);
        report.model.name = "<script>alert(\"1\")</script>&'".to_owned();
        report.findings.misses[0].query = "q/<img src=x>.jpg".into();
        let page = page(&[&report], &|_| None);
        assert!(
            !page.contains("<script") && !page.contains("<img src=x"),
            "{page}"
        );
        assert!(page.contains("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;"));
    }

    #[test]
    fn the_page_holds_everything_itself() {
        let (a, b) = (example("a", 0.5), example("b", 0.625));
        let page = page(&[&a, &b], &|_| Some(vec![0xff, 0xd8]));
        assert!(page.contains("0.5000") && page.contains("0.6250"));
        assert!(page.contains("data:image/jpeg;base64,/9g="));
        assert!(page.contains("<svg") && page.contains("2 in the same place"));
        for outside in ["http:", "https:", "src=\"/", "href="] {
            assert!(!page.contains(outside), "{outside}");
        }
        for tag in ["table", "svg", "div", "ul", "tr"] {
            let n = |text: String| page.matches(&text).count();
            assert_eq!(n(format!("<{tag}")), n(format!("</{tag}>")), "{tag}");
        }
    }
}
