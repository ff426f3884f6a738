//! Which IPv4 blocks the subnets get, and what is wrong with blocks and zones that were given.

use std::collections::BTreeSet;

use ipnet::Ipv4Net;

use crate::mistakes::Mistakes;
use crate::network::{Nat, NetworkConfig};

/// The shortest and longest prefix of a VPC and of a subnet (Amazon VPC User Guide, "VPC CIDR blocks" and "Subnet CIDR
/// blocks").
const PREFIXES: std::ops::RangeInclusive<u8> = 16..=28;

/// How many zones a region may have: their names end with a letter.
const MOST_LETTERS: usize = 26;

/// The blocks of the subnets, in the order of the zones.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Blocks {
    pub(crate) public: Vec<String>,
    pub(crate) private: Vec<String>,
}

/// A mistake, and what to do instead.
type Mistake = (String, String);

impl Blocks {
    /// Computes the blocks that were not given and checks all of them.
    pub(crate) fn plan(config: &NetworkConfig) -> (Self, Mistakes) {
        let mut mistakes = zones(config);
        let vpc = match parse("the network's block", &config.cidr) {
            Ok(vpc) => vpc,
            Err((message, hint)) => {
                mistakes.add(message, hint);
                return (Self::default(), mistakes);
            }
        };
        let mut planner = Planner { vpc, used: Vec::new(), mistakes };
        // Given blocks come first, so that computed ones avoid them.
        let given_public = config.public_cidrs.as_ref().map(|cidrs| planner.given("public", cidrs, config));
        let given_private =
            config.private_cidrs.as_ref().map(|cidrs| planner.given("private", cidrs, config));
        let private = given_private.unwrap_or_else(|| planner.computed("private", 0, config));
        // Public subnets come from the second half, so that one more zone moves none of the others: stores live in them.
        // A prefix that makes no sense is reported below; none that does has more than these bits.
        let bits =
            config.subnet_prefix.saturating_sub(vpc.prefix_len()).min(PREFIXES.end() - PREFIXES.start());
        let middle = (1 << bits) / 2;
        let public = given_public.unwrap_or_else(|| planner.computed("public", middle, config));
        if public.is_empty()
            && config.nat != Nat::None
            && !config.zones.is_empty()
            && planner.mistakes.is_empty()
        {
            planner.mistakes.add(
                "a NAT gateway needs a public subnet, and the network has none",
                "choose `Nat::None`, or leave `public_cidrs` away",
            );
        }
        let text = |blocks: Vec<Ipv4Net>| blocks.iter().map(ToString::to_string).collect();
        (Self { public: text(public), private: text(private) }, planner.mistakes)
    }
}

struct Planner {
    vpc: Ipv4Net,
    used: Vec<Ipv4Net>,
    mistakes: Mistakes,
}

impl Planner {
    fn given(&mut self, kind: &str, cidrs: &[String], config: &NetworkConfig) -> Vec<Ipv4Net> {
        if !cidrs.is_empty() && cidrs.len() != config.zones.len() {
            let message =
                format!("{} {kind} subnets are given for {} zones", cidrs.len(), config.zones.len());
            self.mistakes.add(message, "give one block per zone, in the order of the zones");
        }
        let mut blocks = Vec::new();
        for cidr in cidrs {
            let block = match parse(&format!("the {kind} subnet's block"), cidr) {
                Ok(block) => block,
                Err((message, hint)) => {
                    self.mistakes.add(message, hint);
                    continue;
                }
            };
            if !self.vpc.contains(&block) {
                let message =
                    format!("the {kind} subnet {block} is not within the network's block {}", self.vpc);
                self.mistakes.add(message, "choose a block that begins and ends inside");
            }
            if let Some(other) = self.used.iter().find(|other| overlap(other, &block)) {
                let message = format!("the {kind} subnet {block} overlaps {other}");
                self.mistakes.add(message, "give every subnet a block of its own");
            }
            self.used.push(block);
            blocks.push(block);
        }
        blocks
    }

    /// Takes free blocks, from the subnet with the number `first` on: for each zone the one that its letter counts, so that
    /// a zone has the same block whatever others there are. One whose block another zone has, or that is beyond the
    /// half of the network, gets the first that is left.
    fn computed(&mut self, kind: &str, first: usize, config: &NetworkConfig) -> Vec<Ipv4Net> {
        let prefix = config.subnet_prefix;
        if !PREFIXES.contains(&prefix) || prefix < self.vpc.prefix_len() {
            let message = format!("subnets of /{prefix} do not fit a network of /{}", self.vpc.prefix_len());
            let hint = format!(
                "choose a subnet prefix from {} to {}",
                self.vpc.prefix_len().max(16),
                PREFIXES.end()
            );
            self.mistakes.add_once(message, hint);
            return Vec::new();
        }
        let used = self.used.clone();
        let Ok(candidates) = self.vpc.subnets(prefix) else { return Vec::new() };
        let free = candidates.skip(first).filter(|block| !used.iter().any(|other| overlap(other, block)));
        let free: Vec<Ipv4Net> = free.take(config.zones.len().max(MOST_LETTERS)).collect();
        let half = ((1_usize << (prefix - self.vpc.prefix_len())) / 2).max(1);
        let mut places: Vec<Option<usize>> = vec![None; config.zones.len()];
        if !config.numbered_by_place {
            for (place, zone) in config.zones.iter().enumerate() {
                let wanted = letter(zone).filter(|wanted| *wanted < half.min(free.len()));
                places[place] = wanted.filter(|wanted| !places.contains(&Some(*wanted)));
            }
        }
        for place in 0..places.len() {
            if places[place].is_none() {
                places[place] = (0..free.len()).find(|index| !places.contains(&Some(*index)));
            }
        }
        let blocks: Vec<Ipv4Net> = places.into_iter().flatten().map(|index| free[index]).collect();
        if blocks.len() < config.zones.len() {
            let message = format!(
                "the network's block {} is too small: there is no room for {} {kind} subnets of /{prefix}",
                self.vpc,
                config.zones.len()
            );
            self.mistakes.add(message, "choose a larger block or a longer subnet prefix");
        }
        self.used.extend(&blocks);
        blocks
    }
}

/// The number of the letter that a zone's name ends with: 1 for `eu-central-1b`.
fn letter(zone: &str) -> Option<usize> {
    let last = zone.bytes().last().filter(u8::is_ascii_lowercase)?;
    Some(usize::from(last - b'a'))
}

fn zones(config: &NetworkConfig) -> Mistakes {
    let mut mistakes = Mistakes::default();
    if config.zones.is_empty() {
        let hint = "name at least one availability zone, such as `us-east-1a`";
        mistakes.add("the network has no availability zone", hint);
    }
    if let Some(zone) = config.nat_zone.as_ref().filter(|zone| !config.zones.contains(zone)) {
        let message = format!("the NAT gateway is in the zone `{zone}`, and the network is not");
        mistakes.add(message, "name one of the network's zones");
    }
    let mut seen = BTreeSet::new();
    for zone in &config.zones {
        if !seen.insert(zone) {
            let message = format!("the availability zone `{zone}` is named twice");
            mistakes.add(message, "name every zone once");
        }
    }
    mistakes
}

fn parse(what: &str, cidr: &str) -> Result<Ipv4Net, Mistake> {
    let hint = "write it as in `10.0.0.0/16`";
    let block: Ipv4Net =
        cidr.parse().map_err(|_| (format!("{what} `{cidr}` is not an IPv4 block"), hint.to_owned()))?;
    if block.trunc() != block {
        let message = format!("{what} `{cidr}` has bits set behind its prefix");
        return Err((message, format!("the block is `{}`", block.trunc())));
    }
    if PREFIXES.contains(&block.prefix_len()) {
        Ok(block)
    } else {
        Err((format!("{what} `{cidr}` is not of a size that AWS has"), "choose /16 to /28".to_owned()))
    }
}

fn overlap(a: &Ipv4Net, b: &Ipv4Net) -> bool {
    a.contains(b) || b.contains(a)
}
