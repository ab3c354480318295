//! The driver as a child process, which writes one result for each command that it reads.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::Context as _;
use serde_json::{Value, json};

/// A value that a type has read.
#[derive(Debug, Default)]
pub(super) struct Read {
    /// The value that the type writes.
    pub(super) written: Value,
    /// For a union, the name of the variant. For an enum, `known` or `unknown`.
    pub(super) variant: Option<String>,
    /// Whether `Debug` shows one of the secrets of [`super::instances::SECRET`].
    pub(super) shows_secret: bool,
}

/// A running driver; dropping it ends the process.
pub(super) struct Driver {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Driver {
    pub(super) fn start(program: &Path, base_url: &str) -> anyhow::Result<Self> {
        let mut child = Command::new(program)
            .arg(base_url)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot run {}", program.display()))?;
        let input = child.stdin.take();
        let output = child.stdout.take().context("the driver has no standard output")?;
        Ok(Self { child, input, output: BufReader::new(output) })
    }

    /// Deserializes `json` as the type `name`.
    pub(super) fn read(&mut self, name: &str, json: &Value) -> anyhow::Result<Result<Read, String>> {
        let result = self.execute(&json!({"read": name, "json": json.to_string()}))?;
        Ok(match result.get("written").and_then(Value::as_str) {
            Some(text) => Ok(Read {
                written: serde_json::from_str(text)?,
                variant: result["variant"].as_str().map(str::to_owned),
                shows_secret: result["shows_secret"] == json!(true),
            }),
            None => Err(result["error"].as_str().unwrap_or("the driver returned no result").to_owned()),
        })
    }

    /// Calls an operation, and returns its result.
    pub(super) fn call(&mut self, id: &str, arguments: &Value) -> anyhow::Result<Value> {
        let mut result = self.execute(&json!({"call": id, "arguments": arguments}))?;
        // The driver writes a typed value as text.
        if let Some(Value::Object(texts)) = result.as_object_mut().and_then(|fields| fields.shift_remove("json")) {
            for (name, text) in texts {
                result[name] = serde_json::from_str(text.as_str().unwrap_or_default())?;
            }
        }
        Ok(result)
    }

    fn execute(&mut self, command: &Value) -> anyhow::Result<Value> {
        let input = self.input.as_mut().context("the driver has no standard input")?;
        writeln!(input, "{command}").context("the driver has exited")?;
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        serde_json::from_str(&line)
            .with_context(|| format!("the driver has exited, or printed {line:?}, after {command}"))
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // The driver exits at the end of its input. `kill` ends one that hangs.
        self.input = None;
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
