//! Progress on a terminal. Elsewhere nothing is drawn: the lines that a task prints are enough.
//!
//! The progress has no colors, so `NO_COLOR` makes no difference.

use std::borrow::Cow;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressFinish, ProgressStyle};

/// How often the line on the terminal changes.
const TICK: Duration = Duration::from_millis(100);

/// Runs `work`. Until it ends, a line on the terminal shows what is done and for how long.
pub(crate) fn during<T>(what: &'static str, work: impl FnOnce() -> T) -> T {
    let bar = bar(ProgressBar::new_spinner(), "{spinner:>9}  {msg} {elapsed}", what);
    if !bar.is_hidden() {
        bar.enable_steady_tick(TICK);
    }
    work()
}

/// A line on the terminal that shows how much of `source` was downloaded. It disappears when the bar is dropped.
pub(crate) fn of_download(source: &str, length: Option<u64>) -> ProgressBar {
    let new = length.map_or_else(ProgressBar::no_length, ProgressBar::new);
    let total = if length.is_some() { " of {total_bytes}" } else { "" };
    bar(new, &format!("    fetch  {{msg}}: {{bytes}}{total}"), source.to_owned())
}

fn bar(bar: ProgressBar, template: &str, message: impl Into<Cow<'static, str>>) -> ProgressBar {
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner());
    bar.with_style(style).with_message(message).with_finish(ProgressFinish::AndClear)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_templates_are_valid() {
        for template in ["{spinner:>9}  {msg} {elapsed}", "    fetch  {msg}: {bytes} of {total_bytes}"] {
            assert!(ProgressStyle::with_template(template).is_ok(), "{template}");
        }
    }

    #[test]
    fn the_result_of_the_work_is_returned() {
        assert_eq!(during("count", || 1 + 1), 2);
        assert_eq!(of_download("source", Some(3)).length(), Some(3));
    }
}
