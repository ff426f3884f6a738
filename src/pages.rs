//! The pages of `docs/`, whose examples are compiled and run. `README.md` is compiled in `modules/`, which it uses;
//! `tests/docs.rs` knows if a page is forgotten.

#[doc = include_str!("../docs/assets.md")]
struct Assets;

#[doc = include_str!("../docs/bindings.md")]
struct Bindings;

#[doc = include_str!("../docs/checks.md")]
struct Checks;

#[doc = include_str!("../docs/constructs.md")]
struct Constructs;

#[doc = include_str!("../docs/bring-what-you-have.md")]
struct Existing;

#[doc = include_str!("../docs/first-stack.md")]
struct FirstStack;

#[doc = include_str!("../docs/first-release.md")]
struct FirstRelease;

#[doc = include_str!("../docs/guards.md")]
struct Guards;

#[doc = include_str!("../docs/many-stacks.md")]
struct ManyStacks;

#[doc = include_str!("../docs/meant.md")]
struct Meant;

#[doc = include_str!("../docs/model.md")]
struct Model;

#[doc = include_str!("../docs/overrides.md")]
struct Overrides;

#[doc = include_str!("../docs/releases.md")]
struct Releases;

#[doc = include_str!("../docs/renaming.md")]
struct Renaming;

#[doc = include_str!("../docs/terraform-modules.md")]
struct TerraformModules;

#[doc = include_str!("../docs/testing.md")]
struct Testing;

#[cfg(feature = "pipelines")]
#[doc = include_str!("../docs/workflows.md")]
struct Workflows;
