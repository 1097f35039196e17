//! CORS rules.

use super::{Kind, invalid_request};
use crate::refusal::{Code, Refusal};
use crate::s3::document::Element;
use crate::s3::schema::Content::{Elements, Number, Text};
use crate::s3::schema::{Rule, any, optional, some};

pub(super) const KIND: Kind = Kind {
    name: "cors",
    root: "CORSConfiguration",
    rules: &[some("CORSRule", Elements(RULE))],
    missing: Code::NoSuchCORSConfiguration,
    default: None,
    complete,
    header: None,
};

const RULE: &[Rule] = &[
    optional("ID", Text),
    any("AllowedHeader", Text),
    some("AllowedMethod", Text),
    some("AllowedOrigin", Text),
    any("ExposeHeader", Text),
    optional("MaxAgeSeconds", Number),
];

fn complete(root: Element) -> Result<Element, Refusal> {
    if root.children.len() > MOST_RULES {
        return Err(Code::MalformedXML.into());
    }
    for member in root.children.iter().flat_map(|rule| &rule.children) {
        let (name, value) = (member.name.as_str(), member.text.as_str());
        let wildcards = value.matches('*').count();
        match name {
            "AllowedMethod" if !METHODS.contains(&value) => {
                return Err(invalid_request(format!(
                    "Found unsupported HTTP method in CORS config. Unsupported method is {value}"
                )));
            }
            "AllowedHeader" | "AllowedOrigin" if wildcards > 1 => {
                return Err(invalid_request(format!(
                    "{name} \"{value}\" can not have more than one wildcard."
                )));
            }
            "ExposeHeader" if wildcards > 0 => {
                return Err(invalid_request(format!(
                    "ExposeHeader \"{value}\" contains wildcard. We currently do not support wildcard for ExposeHeader."
                )));
            }
            _ => {}
        }
    }
    Ok(root)
}

const METHODS: [&str; 5] = ["DELETE", "GET", "HEAD", "POST", "PUT"];
const MOST_RULES: usize = 100;
