//! Functions of providers: those that compute a value from their arguments alone.

use crate::provider_diagnostic::ProviderDiagnostic;
use crate::value::{Object, Value};

/// Calls a function of a provider.
///
/// # Errors
/// Says what is wrong, and which argument, counted from 0, it is wrong with.
pub(crate) fn call(
    source: &str,
    name: &str,
    arguments: &[Value],
) -> Result<Value, (ProviderDiagnostic, Option<i64>)> {
    let text = |index: usize| arguments.get(index).and_then(Value::text).unwrap_or_default();
    match (source, name) {
        ("hashicorp/aws", "arn_parse") => parse_arn(text(0)).map(Value::Object),
        ("hashicorp/aws", "arn_build") => {
            let parts: Vec<&str> = (0..5).map(text).collect();
            Ok(Value::Text(format!("arn:{}", parts.join(":"))))
        }
        ("hashicorp/aws", "trim_iam_role_path") => trim_role_path(text(0)).map(Value::Text),
        ("hashicorp/aws", "user_agent") => {
            let product = match text(1) {
                "" => text(0).to_owned(),
                version => format!("{}/{version}", text(0)),
            };
            let comment = if text(2).is_empty() { String::new() } else { format!(" ({})", text(2)) };
            Ok(Value::Text(product + &comment))
        }
        _ => Err((
            ProviderDiagnostic::new(format!("the sandbox does not know what {source}'s {name} computes"), ""),
            None,
        )),
    }
}

/// The parts of an ARN, by the names that the function gives them.
fn parse_arn(arn: &str) -> Result<Object, (ProviderDiagnostic, Option<i64>)> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    match parts[..] {
        ["arn", partition, service, region, account_id, resource] => Ok(Object::from([
            ("partition".to_owned(), partition.into()),
            ("service".to_owned(), service.into()),
            ("region".to_owned(), region.into()),
            ("account_id".to_owned(), account_id.into()),
            ("resource".to_owned(), resource.into()),
        ])),
        _ => {
            let summary = format!("ARN {arn:?} is not six parts with colons between them, the first `arn`");
            Err((ProviderDiagnostic::new(summary, ""), Some(0)))
        }
    }
}

/// A role's ARN without the path: `role/a/b/name` is `role/name` to services that do not know paths.
fn trim_role_path(arn: &str) -> Result<String, (ProviderDiagnostic, Option<i64>)> {
    let refuse = |summary: String| Err((ProviderDiagnostic::new(summary, ""), Some(0)));
    let Some((before, resource)) = arn.rsplit_once(':') else {
        return refuse(format!("{arn:?} is not an ARN"));
    };
    match resource.split_once('/') {
        Some(("role", path)) => Ok(format!("{before}:role/{}", path.rsplit('/').next().unwrap_or(path))),
        _ => refuse(format!("{arn:?} is not the ARN of a role")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn aws(name: &str, arguments: &[&str]) -> Result<Value, String> {
        let arguments: Vec<Value> = arguments.iter().map(|text| (*text).into()).collect();
        call("hashicorp/aws", name, &arguments).map_err(|(diagnostic, _)| diagnostic.summary)
    }

    #[test]
    fn arns_are_taken_apart_and_put_together() {
        let parts = aws("arn_parse", &["arn:aws:lambda:eu-central-1:123456789012:function:a:b"]).unwrap();
        assert_eq!(parts.object().unwrap()["resource"], "function:a:b".into());
        assert_eq!(aws("arn_build", &["aws", "iam", "", "1", "role/x"]), Ok("arn:aws:iam::1:role/x".into()));
        assert!(aws("arn_parse", &["arn:aws"]).unwrap_err().contains("six parts"));
        assert_eq!(
            aws("trim_iam_role_path", &["arn:aws:iam::1:role/a/b/c"]),
            Ok("arn:aws:iam::1:role/c".into())
        );
        assert!(aws("trim_iam_role_path", &["arn:aws:iam::1:user/c"]).is_err());
        assert_eq!(aws("user_agent", &["a", "1", "c"]), Ok("a/1 (c)".into()));
    }
}
