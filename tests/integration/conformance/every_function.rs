//! The functions that no other topic calls, each once: what Terraform makes of the call.

use formwork::model::AnyArguments;
use formwork::{Argument, Expr, functions};
use serde_json::json;

use crate::cases::Cases;

pub(crate) fn cases(cases: &mut Cases<'_>) {
    cases.file("f.txt", "hello");
    cases.file("t.txt", "x is ${x}");
    files_and_encodings(cases);
    texts_and_times(cases);
    numbers_and_collections(cases);
}

macro_rules! each {
    ($cases:ident, $($call:expr, $hcl:literal, $evaluated:expr;)*) => {
        $($cases.expression($hcl, $call, $hcl, json!($evaluated));)*
    };
}

#[rustfmt::skip]
fn files_and_encodings(cases: &mut Cases<'_>) {
    each! {
        cases,
        functions::length(functions::base64gzip("a")).gt(10), "length(base64gzip(\"a\")) > 10", true;
        functions::base64sha256("a"), "base64sha256(\"a\")", "ypeBEsobvcr6wjGzmiPcTaeG7/gUfE5yuYB3ha/uSLs=";
        functions::length(functions::base64sha512("a")), "length(base64sha512(\"a\"))", 88;
        functions::basename("a/b.txt"), "basename(\"a/b.txt\")", "b.txt";
        functions::length(functions::bcrypt("a", [4])), "length(bcrypt(\"a\", 4))", 60;
        functions::dirname("a/b.txt"), "dirname(\"a/b.txt\")", "a";
        functions::fileexists("no.txt"), "fileexists(\"no.txt\")", false;
        functions::file("f.txt"), "file(\"f.txt\")", "hello";
        functions::filebase64("f.txt"), "filebase64(\"f.txt\")", "aGVsbG8=";
        functions::filebase64sha256("f.txt"), "filebase64sha256(\"f.txt\")", "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=";
        functions::length(functions::filebase64sha512("f.txt")), "length(filebase64sha512(\"f.txt\"))", 88;
        functions::filemd5("f.txt"), "filemd5(\"f.txt\")", "5d41402abc4b2a76b9719d911017c592";
        functions::filesha1("f.txt"), "filesha1(\"f.txt\")", "aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d";
        functions::filesha256("f.txt"), "filesha256(\"f.txt\")", "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
        functions::length(functions::filesha512("f.txt")), "length(filesha512(\"f.txt\"))", 128;
        functions::fileset(".", "f*.txt"), "fileset(\".\", \"f*.txt\")", ["f.txt"];
        functions::md5("a"), "md5(\"a\")", "0cc175b9c0f1b6a831c399e269772661";
        functions::pathexpand("a/b"), "pathexpand(\"a/b\")", "a/b";
        functions::sha1("a"), "sha1(\"a\")", "86f7e437faa5a7fce15d1ddcb9eaeaea377667b8";
        functions::sha256("a"), "sha256(\"a\")", "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb";
        functions::length(functions::sha512("a")), "length(sha512(\"a\"))", 128;
        functions::templatefile::<String>("t.txt", Argument::from([("x", "y")])), "templatefile(\"t.txt\", {\"x\" = \"y\"})", "x is y";
        functions::textdecodebase64("YQA=", "UTF-16LE"), "textdecodebase64(\"YQA=\", \"UTF-16LE\")", "a";
        functions::textencodebase64("a", "UTF-16LE"), "textencodebase64(\"a\", \"UTF-16LE\")", "YQA=";
        functions::urlencode("a b&c"), "urlencode(\"a b&c\")", "a+b%26c";
        functions::uuid().ne(functions::uuid()), "uuid() != uuid()", true;
        functions::uuidv5("dns", "example.com"), "uuidv5(\"dns\", \"example.com\")", "cfbff0d1-9375-5685-968c-48ce8b15ae17";
        functions::yamlencode(Argument::from([("a", "b")])), "yamlencode({\"a\" = \"b\"})", "\"a\": \"b\"\n";
        functions::basename(functions::abspath("f.txt")), "basename(abspath(\"f.txt\"))", "f.txt";
    }
}

#[rustfmt::skip]
fn texts_and_times(cases: &mut Cases<'_>) {
    each! {
        cases,
        functions::chomp("a\n"), "chomp(\"a\\n\")", "a";
        functions::endswith("a.txt", ".txt"), "endswith(\"a.txt\", \".txt\")", true;
        functions::formatdate("YYYY-MM-DD", "2024-02-29T01:02:03Z"), "formatdate(\"YYYY-MM-DD\", \"2024-02-29T01:02:03Z\")", "2024-02-29";
        functions::formatlist("%s!", AnyArguments::from([["a", "b"]])), "formatlist(\"%s!\", [\"a\", \"b\"])", ["a!", "b!"];
        functions::indent(2, "a\nb"), "indent(2, \"a\\nb\")", "a\n  b";
        functions::startswith("abc", "b"), "startswith(\"abc\", \"b\")", false;
        functions::strcontains("abc", "b"), "strcontains(\"abc\", \"b\")", true;
        functions::strrev("abc"), "strrev(\"abc\")", "cba";
        functions::timeadd("2024-02-29T00:00:00Z", "24h"), "timeadd(\"2024-02-29T00:00:00Z\", \"24h\")", "2024-03-01T00:00:00Z";
        functions::timecmp("2024-02-29T00:00:00Z", "2024-03-01T00:00:00Z"), "timecmp(\"2024-02-29T00:00:00Z\", \"2024-03-01T00:00:00Z\")", -1;
        functions::title("a b"), "title(\"a b\")", "A B";
        functions::trim("?a!?", "?!"), "trim(\"?a!?\", \"?!\")", "a";
        functions::trimprefix("abc", "a"), "trimprefix(\"abc\", \"a\")", "bc";
        functions::trimspace(" a\n"), "trimspace(\" a\\n\")", "a";
        functions::trimsuffix("abc", "c"), "trimsuffix(\"abc\", \"c\")", "ab";
        functions::plantimestamp().ne(""), "plantimestamp() != \"\"", true;
    }
}

#[rustfmt::skip]
fn numbers_and_collections(cases: &mut Cases<'_>) {
    each! {
        cases,
        functions::alltrue([true, false]), "alltrue([true, false])", false;
        functions::ceil(1.2), "ceil(1.2)", 2;
        functions::chunklist(["a", "b", "c", "d"], 2), "chunklist([\"a\", \"b\", \"c\", \"d\"], 2)", [["a", "b"], ["c", "d"]];
        functions::cidrhost("10.1.0.0/16", 5), "cidrhost(\"10.1.0.0/16\", 5)", "10.1.0.5";
        functions::cidrnetmask("10.1.0.0/16"), "cidrnetmask(\"10.1.0.0/16\")", "255.255.0.0";
        functions::cidrsubnet("10.1.0.0/16", 4, 2), "cidrsubnet(\"10.1.0.0/16\", 4, 2)", "10.1.32.0/20";
        functions::coalescelist([Expr::<Vec<f64>>::from(Vec::<f64>::new()), Expr::from([1])]), "coalescelist([], [1])", [1];
        functions::compact(["a", "", "b"]), "compact([\"a\", \"\", \"b\"])", ["a", "b"];
        functions::ephemeralasnull::<f64>(1), "ephemeralasnull(1)", 1;
        functions::floor(-1.2), "floor(-1.2)", -2;
        functions::issensitive("a"), "issensitive(\"a\")", false;
        functions::log(8, 2), "log(8, 2)", 3;
        functions::matchkeys(["a", "b"], [1, 2], [2]), "matchkeys([\"a\", \"b\"], [1, 2], [2])", ["b"];
        functions::pow(2, 10), "pow(2, 10)", 1024;
        functions::setintersection(["a", "b"], [["b", "c"]]), "setintersection([\"a\", \"b\"], [\"b\", \"c\"])", ["b"];
        functions::setsubtract(["a", "b"], ["b"]), "setsubtract([\"a\", \"b\"], [\"b\"])", ["a"];
        functions::signum(-3), "signum(-3)", -1;
        functions::tolist(["a", "b"]), "tolist([\"a\", \"b\"])", ["a", "b"];
    }
}
