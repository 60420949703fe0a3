//! The encoder that an organisation may bring for a second, stronger reading: its file is read when it is first asked
//! for. Knows no database and none of the messages; `work::second` has it read them.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use parvis_listen::understand::encoder::Encoder;
use parvis_listen::understand::{Outputs, Strong};

/// What speaks for each answer in a text, by the encoder alone. Takes about a tenth of a second.
pub type Voice = dyn Fn(&str) -> Outputs + Send + Sync;

/// The encoder of this process, once it was asked for; or why it can't be used.
#[derive(Default)]
pub struct Second(OnceLock<Result<Arc<Voice>, String>>);

impl Second {
    /// The encoder in `file`. Reading the file takes a moment: not for a thread that others wait for.
    ///
    /// # Errors
    /// It can't be read or is something else; the same answer until the program starts anew.
    pub fn voice(&self, file: &Path) -> Result<Arc<Voice>, String> {
        self.0
            .get_or_init(|| open(file).map(|strong| Arc::new(move |text: &str| strong.say(text)) as _))
            .clone()
    }

    /// Whether it was asked for and can't be used.
    pub fn is_broken(&self) -> bool {
        matches!(self.0.get(), Some(Err(_)))
    }

    /// One that answers as a test says.
    #[cfg(test)]
    pub fn of(voice: impl Fn(&str) -> Outputs + Send + Sync + 'static) -> Self {
        Self(OnceLock::from(Ok(Arc::new(voice) as Arc<Voice>)))
    }
}

/// Reads an encoder's file.
///
/// # Errors
/// It can't be read or is something else; the text names it.
pub fn open(file: &Path) -> Result<Strong, String> {
    let bytes = std::fs::read(file).map_err(|error| format!("{} can't be read ({error})", file.display()))?;
    let encoder = Encoder::new(&bytes).map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(Strong::new(encoder))
}
