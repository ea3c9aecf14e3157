//! The parts of a picture: a card with its own background, readable on light and dark pages.

use std::fmt::{Display, Write};

pub(crate) const WIDTH: f64 = 800.0;

/// The names of colours, and their values on light and dark.
const COLOURS: [(&str, &str, &str); 9] = [
    ("card", "#ffffff", "#0d1117"),
    ("text", "#1f2328", "#e6edf3"),
    ("soft", "#59636e", "#9198a1"),
    ("grid", "#d1d9e0", "#30363d"),
    ("blue", "#0550ae", "#6cb6ff"),
    ("orange", "#b35900", "#f0a35e"),
    ("green", "#1a7f37", "#56d364"),
    ("purple", "#7d3ac1", "#c297ff"),
    ("red", "#b3261e", "#ff8f86"),
];

pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

pub(crate) struct Svg {
    height: f64,
    head: String,
    parts: String,
}

impl Svg {
    /// The title and the description are for screen readers; the title is drawn as well.
    pub(crate) fn new(height: f64, title: &str, subtitle: &str, description: &str) -> Self {
        let head = format!("<title>{title}</title>\n<desc>{description}</desc>\n");
        let mut svg = Self {
            height,
            head,
            parts: String::new(),
        };
        svg.part(format_args!(
            r#"<text x="20" y="34" class="text title">{title}</text>"#
        ));
        svg.text((20.0, 58.0), Anchor::Start, "soft", subtitle);
        svg
    }

    pub(crate) fn text(&mut self, at: (f64, f64), anchor: Anchor, colour: &str, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let (x, y) = at;
        self.part(format_args!(
            r#"<text x="{x:.1}" y="{y:.1}" text-anchor="{anchor}" class="{colour}">{text}</text>"#
        ));
    }

    pub(crate) fn line(&mut self, points: &[(f64, f64)], colour: &str, width: f64) {
        let points: Vec<String> = points
            .iter()
            .map(|(x, y)| format!("{x:.1},{y:.1}"))
            .collect();
        let points = points.join(" ");
        self.part(format_args!(
            r#"<polyline points="{points}" class="line {colour}" stroke-width="{width}"/>"#
        ));
    }

    pub(crate) fn dot(&mut self, (x, y): (f64, f64), radius: f64, colour: &str) {
        self.part(format_args!(
            r#"<circle cx="{x:.1}" cy="{y:.1}" r="{radius}" class="{colour}"/>"#
        ));
    }

    pub(crate) fn finish(self) -> String {
        let Self {
            height,
            head,
            parts,
        } = self;
        let (mut light, mut dark) = (String::new(), String::new());
        for (name, on_light, on_dark) in COLOURS {
            let _ = write!(light, "--{name}:{on_light};");
            let _ = write!(dark, "--{name}:{on_dark};");
        }
        let fills: String = COLOURS
            .iter()
            .map(|(name, ..)| {
                format!(
                    ".{name}{{fill:var(--{name})}}.line.{name}{{fill:none;stroke:var(--{name})}}\n"
                )
            })
            .collect();
        format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img">
{head}<style>
svg{{{light}}}
@media (prefers-color-scheme:dark){{svg{{{dark}}}}}
{fills}text{{font:15px system-ui,-apple-system,"Segoe UI",Helvetica,Arial,sans-serif}}
.title{{font-size:19px;font-weight:600}}
.line{{stroke-linejoin:round;stroke-linecap:round}}
.frame{{stroke:var(--grid)}}
</style>
<rect x="0.5" y="0.5" width="{}" height="{}" rx="8" class="card frame"/>
{parts}</svg>
"#,
            WIDTH - 1.0,
            height - 1.0,
        )
    }

    fn part(&mut self, part: impl Display) {
        let _ = writeln!(self.parts, "{part}");
    }
}

/// Where a value is on a logarithmic axis from `low` to `high`, between two places on the picture.
pub(crate) fn log(value: f64, low: f64, high: f64, from: f64, to: f64) -> f64 {
    from + (to - from) * (value / low).ln() / (high / low).ln()
}
