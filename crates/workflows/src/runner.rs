//! `runs-on`: the machines that jobs run on.

/// A machine of GitHub's; images are fixed, so that a new one comes by a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Runner {
    /// Ubuntu 24.04 on x86-64.
    Ubuntu,
    /// Ubuntu 24.04 on Arm.
    UbuntuArm,
    /// macOS 15 on Apple silicon.
    Macos,
    /// macOS 15 on Intel.
    MacosIntel,
}

impl Runner {
    /// The image, as `runs-on` names it.
    #[must_use]
    pub const fn image(self) -> &'static str {
        match self {
            Self::Ubuntu => "ubuntu-24.04",
            Self::UbuntuArm => "ubuntu-24.04-arm",
            Self::Macos => "macos-15",
            Self::MacosIntel => "macos-15-intel",
        }
    }
}
