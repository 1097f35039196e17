//! The macro that declares shared setters.

/// Declares the member in which an operation keeps a shared setting; the setters follow from it.
macro_rules! has {
    ($operation:ident { $($has:ident: $($member:ident).+,)+ }) => {
        $($crate::operations::shared_setters::has! { @$has $operation $($member).+ })+
    };
    (@HasChecksumAlgorithm $operation:ident $($member:ident).+) => {
        $crate::operations::shared_setters::has! {
            @in $operation: HasChecksumAlgorithm::checksum_algorithm_slot -> Option<$crate::types::ChecksumAlgorithm> = $($member).+
        }
    };
    (@HasContentChecksum $operation:ident $($member:ident).+) => {
        $crate::operations::shared_setters::has! {
            @in $operation: HasContentChecksum::content_checksums -> $crate::types::ObjectChecksums = $($member).+
        }
    };
    (@HasContentMd5 $operation:ident $($member:ident).+) => {
        $crate::operations::shared_setters::has! {
            @in $operation: HasContentMd5::content_md5_slot -> Option<String> = $($member).+
        }
    };
    (@HasCustomerKey $operation:ident $($member:ident).+) => {
        $crate::operations::shared_setters::has! {
            @in $operation: HasCustomerKey::customer_key_slot -> Option<$crate::types::CustomerKey> = $($member).+
        }
    };
    (@HasIfMatch $operation:ident $($member:ident).+) => {
        $crate::operations::shared_setters::has! {
            @in $operation: HasIfMatch::if_match_slot -> Option<$crate::types::ETag> = $($member).+
        }
    };
    (@HasIfNoneMatch $operation:ident $($member:ident).+) => {
        $crate::operations::shared_setters::has! {
            @in $operation: HasIfNoneMatch::if_none_match_slot -> Option<$crate::types::ETag> = $($member).+
        }
    };
    (@HasMfa $operation:ident $($member:ident).+) => {
        $crate::operations::shared_setters::has! {
            @in $operation: HasMfa::mfa_slot -> Option<String> = $($member).+
        }
    };
    (@HasObjectSettings $operation:ident $($member:ident).+) => {
        $crate::operations::shared_setters::has! {
            @in $operation: HasObjectSettings::object_settings -> $crate::types::ObjectSettings = $($member).+
        }
    };
    (@HasSourceOptions $operation:ident $($member:ident).+) => {
        $crate::operations::shared_setters::has! {
            @in $operation: HasSourceOptions::source_options -> $crate::types::SourceOptions = $($member).+
        }
    };
    (@HasVersionId $operation:ident $($member:ident).+) => {
        $crate::operations::shared_setters::has! {
            @in $operation: HasVersionId::version_id_slot -> Option<String> = $($member).+
        }
    };
    (@ReadsObject $operation:ident $($member:ident).+) => {
        $crate::operations::shared_setters::has! {
            @in $operation: ReadsObject::read_options -> $crate::types::ReadOptions = $($member).+
        }
    };
    (@in $operation:ident: $has:ident::$method:ident -> $kind:ty = $($member:ident).+) => {
        impl $crate::operations::shared_setters::$has for $operation {
            fn $method(&mut self) -> &mut $kind {
                &mut self.$($member).+
            }
        }
    };
}

pub(in crate::operations) use has;
