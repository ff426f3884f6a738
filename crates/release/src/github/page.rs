//! Pages of lists: RFC 8288's `Link` header, as GitHub writes it.

use http::HeaderMap;

/// The address of the next page.
pub(super) fn next(headers: &HeaderMap) -> Option<String> {
    let links = headers.get(http::header::LINK)?.to_str().ok()?;
    links.split(',').find_map(|link| {
        let (address, parameters) = link.split_once(';')?;
        let is_next = parameters.split(';').any(|it| matches!(it.trim(), "rel=\"next\"" | "rel=next"));
        let address = address.trim().strip_prefix('<')?.strip_suffix('>')?;
        is_next.then(|| address.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;

    use crate::github::page::next;

    #[test]
    fn the_next_page_is_named_by_its_relation() {
        let with = |link: &'static str| HeaderMap::from_iter([(http::header::LINK, link.parse().unwrap())]);
        let first = with("<https://a/x?page=1>; rel=\"prev\", <https://a/x?page=3>; rel=\"next\"");
        assert_eq!(next(&first).as_deref(), Some("https://a/x?page=3"));
        assert_eq!(next(&with("<https://a/x?page=1>; rel=\"first\"")), None);
        assert_eq!(next(&HeaderMap::new()), None);
    }
}
