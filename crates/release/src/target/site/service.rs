//! Static sites: a release is a copy of all files beside those that are served.
//!
//! `start` uploads the files under `.formwork/releases/<id>/`; nothing that is served changes. `promote` copies within
//! S3 what is new or changed, pages last, deletes what neither this release nor the one before has, and has CloudFront
//! forget what changed. A rollback is the same with the release before, whose files are still there. One object says
//! which release serves; it is changed only if it is still as it was read, so that two deployers cannot both go on.

use async_trait::async_trait;
use std::collections::BTreeMap;
use std::path::Path;

use aws_sdk_s3::Client;
use sha2::{Digest, Sha256};

use crate::engine;
use crate::engine::{
    Artifacts, Ask, Candidate, Candidates, Context, Destination, Direction, Done, Known, Origin, Outcome,
    Promotion, ReleaseError, Served, Status, Target, UnderWay, Verification, hexadecimal, release_id,
};
use crate::target::site::files::{File, Folder, is_entry, read};
use crate::target::site::record::{Manifest, POINTER, PREFIX, Phase, Pointer, Read, kept, manifest_key};
use crate::target::site::{KIND, StaticSite};
use crate::target::{Kind, Opening};

/// A site with its names in full.
#[derive(Debug)]
pub(super) struct Site {
    pub(super) client: Client,
    pub(super) cloudfront: aws_sdk_cloudfront::Client,
    pub(super) name: String,
    pub(super) bucket: String,
    pub(super) distribution: String,
}

/// Which files are in place.
#[derive(Clone, Copy, PartialEq, Eq)]
enum InPlace {
    /// Those of the release before.
    Before,
    /// A promotion was cut off: any of them may be, so all are copied.
    Unknown,
}

impl Site {
    pub(super) fn open(site: &StaticSite, opening: &Opening<'_>) -> Result<Self, String> {
        let config = &opening.connection.config;
        Ok(Self {
            client: Client::new(config),
            cloudfront: aws_sdk_cloudfront::Client::new(config),
            name: opening.service.name.clone(),
            bucket: opening.resolve(&site.bucket)?,
            distribution: opening.resolve(&site.distribution)?,
        })
    }
}

#[async_trait(?Send)]
impl Target for Site {
    fn services(&self) -> Vec<&str> {
        vec![&self.name]
    }

    fn kind(&self) -> &'static Kind {
        &KIND
    }

    async fn start(
        &self,
        context: &Context<'_>,
        artifacts: &Artifacts,
    ) -> Result<Vec<Outcome>, ReleaseError> {
        let Some(folder) = artifacts.package(&self.name).map(Path::new) else {
            return Err(self.refused("a site is released by a folder", "name it with `--package`"));
        };
        let Folder { files, mut left_out } = read(folder).map_err(|error| {
            self.refused(
                &format!("{} cannot be released: {error}", folder.display()),
                "name the folder that was built, with nothing in it that is not for everybody",
            )
        })?;
        if !left_out.is_empty() {
            left_out.sort();
            let left_out = left_out.join(", ");
            context.journal.note(&format!("{}: hidden files are left out: {left_out}", self.name));
        }
        if !files.contains_key("index.html") {
            return Err(self.refused(
                &format!("{} has no index.html", folder.display()),
                "name the folder that was built",
            ));
        }
        let digests: Vec<&str> =
            files.iter().flat_map(|(path, (file, _))| [path.as_str(), &file.sha256]).collect();
        let release = release_id(&[&[artifacts.commit.as_str()], digests.as_slice()].concat());
        let listed = files.iter().map(|(path, (file, _))| (path, file));
        artifacts.check_digest(&self.name, Some(&digest_of(listed)))?;
        let current = self.pointer(context).await?;
        if current.pointer.candidate == release {
            let what = format!("release {release} is the candidate already");
            return Ok(vec![Outcome::unchanged(&self.name, Done::Started, what)]);
        }
        let serving = match current.pointer.serving.as_str() {
            "" => None,
            serving => Some(self.manifest(context, serving).await?.commit),
        };
        let known =
            async || Ok(if current.pointer.was_before(&release) { Known::Before } else { Known::Nothing });
        artifacts.check_age(&self.name, serving.as_deref(), known).await?;
        for (path, (file, bytes)) in &files {
            self.put(context, &release, &kept(&release, path), file, bytes).await?;
        }
        let count = files.len();
        let manifest = Manifest {
            release: release.clone(),
            commit: artifacts.commit.as_str().to_owned(),
            files: files.into_iter().map(|(path, (file, _))| (path, file)).collect(),
        };
        // Last: a release whose list is there is there as a whole.
        let list = serde_json::to_vec(&manifest).unwrap_or_default();
        self.put(context, &release, &manifest_key(&release), &list_file(), &list).await?;
        let pointer = Pointer { candidate: release.clone(), verified: false, ..current.pointer.clone() };
        self.point(context, &release, &current, &pointer).await?;
        let serving = if current.pointer.serving.is_empty() {
            "what no release has put there"
        } else {
            &current.pointer.serving
        };
        let what = format!("release {release}: {count} files are the candidate, {serving} serves");
        Ok(vec![Outcome::changed(&self.name, Done::Started, what)])
    }

    /// Checks that all files of the candidate are there.
    async fn verify(&self, context: &Context<'_>, _: &dyn Ask) -> Result<Vec<Verification>, ReleaseError> {
        let current = self.pointer(context).await?;
        let release = self.candidate(&current)?.to_owned();
        let manifest = self.manifest(context, &release).await?;
        let there = self.list(context, &kept(&release, "")).await?;
        let is_missing = |path: &&String| !there.contains(&kept(&release, path));
        if let Some(path) = manifest.files.keys().find(is_missing) {
            return Err(self.refused(
                &format!("`{path}` of release {release} is not there"),
                "`release start` uploads it",
            ));
        }
        if !current.pointer.verified {
            let pointer = Pointer { verified: true, ..current.pointer.clone() };
            self.point(context, &release, &current, &pointer).await?;
        }
        let what = format!("release {release}: all {} files are there", manifest.files.len());
        Ok(vec![Verification::unasked(Outcome {
            changed: !current.pointer.verified,
            ..Outcome::changed(&self.name, Done::Verified, what)
        })])
    }

    async fn promote(
        &self,
        context: &Context<'_>,
        promotion: &Promotion,
    ) -> Result<Vec<Outcome>, ReleaseError> {
        let current = self.pointer(context).await?;
        let release = self.candidate(&current)?.to_owned();
        if promotion.candidates == Candidates::Verified && !current.pointer.verified {
            return Err(self.refused(
                &format!("release {release} is not verified"),
                "`release verify` does that; `--unverified` goes without",
            ));
        }
        let intended = Pointer { serving: release, rolled_back: String::new(), ..current.pointer.clone() };
        self.serve(context, Done::Promoted, current, intended).await
    }

    async fn rollback(
        &self,
        context: &Context<'_>,
        destination: &Destination,
    ) -> Result<Vec<Outcome>, ReleaseError> {
        let to = destination.name();
        let current = self.pointer(context).await?;
        let Pointer { serving, rolled_back, phase, .. } = &current.pointer;
        if to.is_none() && !rolled_back.is_empty() {
            // The same command again: what was cut off goes on, and nothing turns around.
            if *phase == Phase::Moving {
                return self
                    .put_in_place(context, Done::RolledBack, &current, serving, InPlace::Unknown)
                    .await;
            }
            let what = format!("release {serving} serves already, in the place of {rolled_back}");
            return Ok(vec![Outcome::unchanged(&self.name, Done::RolledBack, what)]);
        }
        let wanted = to.unwrap_or(&current.pointer.before).to_owned();
        if wanted.is_empty() {
            return Err(self.refused("no release served before", "name one with `--to`"));
        }
        if wanted == current.pointer.serving && current.pointer.phase == Phase::Serving {
            let what = format!("release {wanted} serves already");
            return Ok(vec![Outcome::unchanged(&self.name, Done::RolledBack, what)]);
        }
        let rolled_back = current.pointer.serving.clone();
        let mut intended = Pointer { serving: wanted, rolled_back, ..current.pointer.clone() };
        if intended.candidate == intended.rolled_back {
            (intended.candidate, intended.verified) = (String::new(), false);
        }
        self.serve(context, Done::RolledBack, current, intended).await
    }

    async fn resume(
        &self,
        context: &Context<'_>,
        direction: Direction,
    ) -> Result<Vec<Outcome>, ReleaseError> {
        if direction == Direction::Back {
            return self.rollback(context, &Destination::Previous).await;
        }
        let current = self.pointer(context).await?;
        let serving = current.pointer.serving.clone();
        if current.pointer.phase == Phase::Serving {
            let what = format!("nothing was cut off; release {serving} serves");
            return Ok(vec![Outcome::unchanged(&self.name, Done::Resumed, what)]);
        }
        self.put_in_place(context, Done::Resumed, &current, &serving, InPlace::Unknown).await
    }

    async fn served(&self, context: &Context<'_>) -> Result<Vec<Served>, ReleaseError> {
        let Pointer { serving, phase, at, .. } = self.pointer(context).await?.pointer;
        let manifest = if serving.is_empty() { None } else { Some(self.manifest(context, &serving).await?) };
        // What was there before the first release was never read.
        let is_known = |it: &Manifest| it.files.values().all(|file| !file.sha256.is_empty());
        Ok(vec![Served {
            service: self.name.clone(),
            digest: manifest.filter(is_known).map(|it| digest_of(it.files.iter())),
            since: (at > 0).then_some(at),
            unsettled: (phase == Phase::Moving).then(|| format!("release {serving} is not all in place")),
        }])
    }

    async fn status(&self, context: &Context<'_>) -> Result<Vec<Status>, ReleaseError> {
        let Pointer { serving, before, candidate, verified, phase, at, .. } =
            self.pointer(context).await?.pointer;
        let manifest = if serving.is_empty() { None } else { Some(self.manifest(context, &serving).await?) };
        let named = |name: String| (!name.is_empty()).then_some(name);
        let candidate = named(candidate).filter(|it| *it != serving);
        let candidate_origin = match &candidate {
            Some(release) => {
                let found = self.get::<Manifest>(context, &manifest_key(release)).await?;
                found.and_then(|(manifest, _)| Origin::of(Some(release), Some(&manifest.commit)))
            }
            None => None,
        };
        Ok(vec![Status {
            service: self.name.clone(),
            state: match phase {
                Phase::Serving => "serving",
                Phase::Moving => "deploying",
            }
            .to_owned(),
            under_way: (phase == Phase::Moving).then(|| UnderWay {
                what: format!("files of release {serving} are not all in place"),
                since: (at > 0).then_some(at),
                cap: context.timing.limit.as_secs(),
            }),
            warnings: match phase {
                Phase::Serving => Vec::new(),
                Phase::Moving => vec!["the files are not all in place: `release resume` goes on".to_owned()],
            },
            serving: engine::Serving::One(Candidate {
                kind: KIND.name,
                origin: manifest.as_ref().and_then(|it| Origin::of(Some(&it.release), Some(&it.commit))),
                commit: manifest.map(|it| it.commit).and_then(named),
                candidate,
                candidate_origin,
                serving: named(serving).unwrap_or_else(|| "files that no release has put there".to_owned()),
                verified,
                before: named(before),
            }),
        }])
    }
}

impl Site {
    fn candidate<'a>(&self, current: &'a Read) -> Result<&'a str, ReleaseError> {
        let Pointer { candidate, serving, phase, .. } = &current.pointer;
        if *phase == Phase::Moving {
            return Err(self.refused(
                &format!("release {serving} is not all in place"),
                "`release resume` goes on with it, `release rollback` goes back",
            ));
        }
        if candidate.is_empty() || candidate == serving {
            return Err(self.refused("there is no candidate", "`release start` uploads one"));
        }
        Ok(candidate)
    }

    /// Has a release serve: the pointer first, so that whoever comes after a crash knows what to go on with.
    async fn serve(
        &self,
        context: &Context<'_>,
        done: Done,
        current: Read,
        intended: Pointer,
    ) -> Result<Vec<Outcome>, ReleaseError> {
        let release = intended.serving.clone();
        // What is not there any more could not be put in place: this is found out before anything changes.
        self.manifest(context, &release).await?;
        let mut before = current.pointer.serving.clone();
        if before.is_empty() {
            before = self.keep_present(context).await?;
        }
        let mut served = InPlace::Before;
        if current.pointer.phase == Phase::Moving {
            // What was half in place is nothing to go back to.
            before.clone_from(&current.pointer.before);
            served = InPlace::Unknown;
        }
        let mut pointer = Pointer { before, phase: Phase::Moving, ..intended };
        pointer.remember();
        let moving = self.point(context, &release, &current, &pointer).await?;
        self.put_in_place(context, done, &moving, &release, served).await
    }

    /// Copies what differs, pages last, deletes what no release needs, and has CloudFront forget it. Done twice it is
    /// the same as done once.
    async fn put_in_place(
        &self,
        context: &Context<'_>,
        done: Done,
        moving: &Read,
        release: &str,
        known: InPlace,
    ) -> Result<Vec<Outcome>, ReleaseError> {
        let manifest = self.manifest(context, release).await?;
        let before = match moving.pointer.before.as_str() {
            "" => Manifest::default(),
            before => self.manifest(context, before).await?,
        };
        let served = self.list(context, "").await?;
        let mut paths: Vec<&String> = manifest.files.keys().collect();
        paths.sort_by_key(|path| (is_entry(path), path.as_str() == "index.html"));
        let mut changed = Vec::new();
        for path in paths {
            let is_same = known == InPlace::Before
                && before.files.get(path) == manifest.files.get(path)
                && served.contains(path.as_str());
            if is_same {
                continue;
            }
            changed.push(path.clone());
            self.copy(context, release, &kept(release, path), path).await?;
        }
        for path in &served {
            let is_needed = manifest.files.contains_key(path) || before.files.contains_key(path);
            if !is_needed && !path.starts_with(PREFIX) {
                changed.push(path.clone());
                self.delete(context, release, path).await?;
            }
        }
        if !changed.is_empty() {
            self.invalidate(context, release, &changed).await?;
        }
        let pointer = Pointer { phase: Phase::Serving, ..moving.pointer.clone() };
        self.point(context, release, moving, &pointer).await?;
        let what = format!("release {release} serves: {} files changed", changed.len());
        Ok(vec![Outcome::changed(&self.name, done, what)])
    }

    /// Keeps what serves before the first release, so that there is a way back.
    async fn keep_present(&self, context: &Context<'_>) -> Result<String, ReleaseError> {
        let release = "before-releases";
        if context.is_dry_run() {
            return Ok(String::new());
        }
        let mut files = BTreeMap::new();
        for path in self.list(context, "").await? {
            if path.starts_with(PREFIX) {
                continue;
            }
            self.copy(context, release, &path, &kept(release, &path)).await?;
            // What they are stays with the copies; their content is not compared.
            files.insert(path, File { sha256: String::new(), ..list_file() });
        }
        if files.is_empty() {
            return Ok(String::new());
        }
        let manifest = Manifest { release: release.to_owned(), commit: String::new(), files };
        let list = serde_json::to_vec(&manifest).unwrap_or_default();
        self.put(context, release, &manifest_key(release), &list_file(), &list).await?;
        Ok(release.to_owned())
    }

    pub(super) async fn pointer(&self, context: &Context<'_>) -> Result<Read, ReleaseError> {
        let found = self.get(context, POINTER).await?;
        Ok(match found {
            Some((pointer, etag)) => Read { pointer, etag },
            None => Read { pointer: Pointer::default(), etag: None },
        })
    }

    async fn manifest(&self, context: &Context<'_>, release: &str) -> Result<Manifest, ReleaseError> {
        let found = self.get(context, &manifest_key(release)).await?;
        found.map(|(manifest, _)| manifest).ok_or_else(|| {
            self.refused(
                &format!("release {release} is not kept in {}", self.bucket),
                "`release status` tells which are",
            )
        })
    }

    pub(super) fn refused(&self, message: &str, hint: &str) -> ReleaseError {
        ReleaseError::refused(&self.name, message, hint)
    }
}

/// The SHA-256 of all files with their paths.
fn digest_of<'a>(files: impl Iterator<Item = (&'a String, &'a File)>) -> String {
    let mut digest = Sha256::new();
    for (path, file) in files {
        digest.update(format!("{} {path}\n", file.sha256));
    }
    format!("sha256:{}", hexadecimal(&digest.finalize()))
}

fn list_file() -> File {
    File {
        sha256: String::new(),
        content_type: "application/json".to_owned(),
        cache_control: "no-store".to_owned(),
    }
}
