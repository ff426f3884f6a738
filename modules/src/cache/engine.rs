//! Engines and the versions of them that ElastiCache offers (Amazon ElastiCache User Guide, "Supported engines and
//! versions").

use std::fmt::{self, Display, Formatter};

use formwork::Hint;

/// An engine at a version that exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Redis OSS. ElastiCache ends it at 7.1.
    RedisOss(RedisOssVersion),
    /// Valkey, which goes on from Redis OSS 7.2 and speaks the same protocol.
    Valkey(ValkeyVersion),
}

/// A version of Redis OSS that takes encryption in transit and current node types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RedisOssVersion {
    /// 6.2
    V6_2,
    /// 7.0
    V7_0,
    /// 7.1
    V7_1,
}

/// A version of Valkey.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ValkeyVersion {
    /// 7.2
    V7_2,
    /// 8.0
    V8_0,
    /// 8.1
    V8_1,
    /// 8.2
    V8_2,
    /// 9.0
    V9_0,
    /// 9.1
    V9_1,
}

impl Engine {
    /// All pairs of engine and version, oldest first.
    pub const ALL: [Self; 9] = [
        Self::RedisOss(RedisOssVersion::V6_2),
        Self::RedisOss(RedisOssVersion::V7_0),
        Self::RedisOss(RedisOssVersion::V7_1),
        Self::Valkey(ValkeyVersion::V7_2),
        Self::Valkey(ValkeyVersion::V8_0),
        Self::Valkey(ValkeyVersion::V8_1),
        Self::Valkey(ValkeyVersion::V8_2),
        Self::Valkey(ValkeyVersion::V9_0),
        Self::Valkey(ValkeyVersion::V9_1),
    ];

    /// The pair by its names, as a settings file has them: `valkey` and `8.2`.
    ///
    /// # Errors
    /// Refuses a pair that ElastiCache does not offer, and says which comes nearest.
    pub fn parse(engine: &str, version: &str) -> Result<Self, UnknownEngine> {
        let found = Self::ALL.into_iter().find(|pair| pair.name() == engine && pair.version() == version);
        found.ok_or_else(|| UnknownEngine { engine: engine.to_owned(), version: version.to_owned() })
    }

    /// The engine as AWS spells it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::RedisOss(_) => "redis",
            Self::Valkey(_) => "valkey",
        }
    }

    /// The version as AWS spells it.
    #[must_use]
    pub const fn version(self) -> &'static str {
        match self {
            Self::RedisOss(RedisOssVersion::V6_2) => "6.2",
            Self::RedisOss(RedisOssVersion::V7_0) => "7.0",
            Self::RedisOss(RedisOssVersion::V7_1) => "7.1",
            Self::Valkey(ValkeyVersion::V7_2) => "7.2",
            Self::Valkey(ValkeyVersion::V8_0) => "8.0",
            Self::Valkey(ValkeyVersion::V8_1) => "8.1",
            Self::Valkey(ValkeyVersion::V8_2) => "8.2",
            Self::Valkey(ValkeyVersion::V9_0) => "9.0",
            Self::Valkey(ValkeyVersion::V9_1) => "9.1",
        }
    }

    /// The family of its parameter groups.
    #[must_use]
    pub const fn family(self) -> &'static str {
        match self {
            Self::RedisOss(RedisOssVersion::V6_2) => "redis6.x",
            Self::RedisOss(_) => "redis7",
            Self::Valkey(ValkeyVersion::V7_2) => "valkey7",
            Self::Valkey(ValkeyVersion::V8_0 | ValkeyVersion::V8_1 | ValkeyVersion::V8_2) => "valkey8",
            Self::Valkey(ValkeyVersion::V9_0 | ValkeyVersion::V9_1) => "valkey9",
        }
    }
}

/// A pair of engine and version that ElastiCache does not offer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownEngine {
    /// The engine that was asked for.
    pub engine: String,
    /// The version that was asked for.
    pub version: String,
}

impl Display for UnknownEngine {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let versions = |name: &str| {
            let pairs = Engine::ALL.into_iter().filter(|pair| pair.name() == name);
            Vec::from_iter(pairs.map(Engine::version)).join(", ")
        };
        write!(formatter, "ElastiCache has no {} {}", self.engine, self.version)?;
        let hint = match self.engine.as_str() {
            "redis" => {
                formatter.write_str(
                    ": Redis OSS ends at 7.1 there; Valkey goes on from it and speaks the same protocol",
                )?;
                format!("choose the engine `valkey`, version {}", versions("valkey"))
            }
            "valkey" => format!("there are {}", versions("valkey")),
            _ => "the engines are `valkey` and `redis`".to_owned(),
        };
        write!(formatter, "{}", Hint::new(hint))
    }
}

impl std::error::Error for UnknownEngine {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_that_exist_are_read() {
        for pair in Engine::ALL {
            assert_eq!(Engine::parse(pair.name(), pair.version()), Ok(pair));
        }
    }

    #[test]
    fn pairs_that_do_not_exist_are_explained() {
        assert_eq!(
            Engine::parse("redis", "8.4").unwrap_err().to_string(),
            "ElastiCache has no redis 8.4: Redis OSS ends at 7.1 there; Valkey goes on from it and speaks the same \
             protocol\n  hint: choose the engine `valkey`, version 7.2, 8.0, 8.1, 8.2, 9.0, 9.1"
        );
        assert!(Engine::parse("valkey", "8.4").unwrap_err().to_string().contains("there are 7.2, 8.0"));
        assert!(Engine::parse("memcached", "1.6").unwrap_err().to_string().contains("`valkey` and `redis`"));
    }
}
