//! Whether what tells who somebody is is masked: the arguments that the commands share.

use buckstop::config::{Settings, Sourced};

/// What is masked in all that is shown.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
#[command(next_help_heading = "Customer data")]
pub(super) struct RedactArgs {
    /// Mask e-mail addresses and the numbers of phones, cards, accounts and orders
    ///
    /// They become asterisks in all that is shown and in all outputs, sign for sign, so that
    /// lines, columns and offsets stay right. Files that are fixed are never masked.
    #[arg(long)]
    pub(super) redact: bool,

    /// Mask the names of those who speak, too
    #[arg(long)]
    redact_names: bool,
}

impl RedactArgs {
    /// What the arguments say.
    pub(super) fn settings(self) -> Settings {
        let given = |given: bool| given.then(|| Sourced::given(true));
        Settings {
            redact: given(self.redact),
            redact_names: given(self.redact_names),
            ..Settings::default()
        }
    }
}
