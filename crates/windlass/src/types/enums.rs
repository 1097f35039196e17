//! Enums of S3.

use crate::protocol::open_enum::open_enum;

open_enum! {
    /// Whether an object's annotations are copied with it.
    AnnotationDirective { Copy = "COPY", Exclude = "EXCLUDE", }
}
open_enum! {
    /// The archive tier of an object in S3 Intelligent-Tiering.
    ArchiveStatus { ArchiveAccess = "ARCHIVE_ACCESS", DeepArchiveAccess = "DEEP_ARCHIVE_ACCESS", }
}
open_enum! {
    /// A canned access control list for a bucket.
    BucketCannedAcl {
        AuthenticatedRead = "authenticated-read",
        Private = "private",
        PublicRead = "public-read",
        PublicReadWrite = "public-read-write",
    }
}
open_enum! {
    /// The namespace in which a bucket name is unique.
    BucketNamespace { AccountRegional = "account-regional", Global = "global", }
}
open_enum! {
    /// The type of a bucket that is not a general purpose bucket.
    BucketType { Directory = "Directory", }
}
open_enum! {
    /// The versioning state of a bucket.
    BucketVersioningStatus { Enabled = "Enabled", Suspended = "Suspended", }
}
open_enum! {
    /// The redundancy of the data of a directory bucket.
    DataRedundancy {
        SingleAvailabilityZone = "SingleAvailabilityZone",
        SingleLocalZone = "SingleLocalZone",
    }
}
open_enum! {
    /// The encoding of keys in a response.
    EncodingType { Url = "url", }
}
open_enum! {
    /// The type of the location of a directory bucket.
    LocationType { AvailabilityZone = "AvailabilityZone", LocalZone = "LocalZone", }
}
open_enum! {
    /// Whether a copy uses the metadata of its source or of the request.
    MetadataDirective { Copy = "COPY", Replace = "REPLACE", }
}
open_enum! {
    /// Whether deleting a version requires multi-factor authentication.
    MfaDelete { Disabled = "Disabled", Enabled = "Enabled", }
}
open_enum! {
    /// The attributes that `GetObjectAttributes` can return.
    ObjectAttributes {
        Checksum = "Checksum",
        ETag = "ETag",
        ObjectParts = "ObjectParts",
        ObjectSize = "ObjectSize",
        StorageClass = "StorageClass",
    }
}
open_enum! {
    /// A canned access control list for an object.
    ObjectCannedAcl {
        AuthenticatedRead = "authenticated-read",
        AwsExecRead = "aws-exec-read",
        BucketOwnerFullControl = "bucket-owner-full-control",
        BucketOwnerRead = "bucket-owner-read",
        Private = "private",
        PublicRead = "public-read",
        PublicReadWrite = "public-read-write",
    }
}
open_enum! {
    /// Whether a legal hold protects the object from deletion.
    ObjectLockLegalHoldStatus { Off = "OFF", On = "ON", }
}
open_enum! {
    /// The mode of a retention.
    ObjectLockMode { Compliance = "COMPLIANCE", Governance = "GOVERNANCE", }
}
open_enum! {
    /// The owner of objects that other accounts write into a bucket.
    ObjectOwnership {
        BucketOwnerEnforced = "BucketOwnerEnforced",
        BucketOwnerPreferred = "BucketOwnerPreferred",
        ObjectWriter = "ObjectWriter",
    }
}
open_enum! {
    /// Additional attributes of objects in a list.
    OptionalObjectAttributes { RestoreStatus = "RestoreStatus", }
}
open_enum! {
    /// The replication status of an object.
    ReplicationStatus {
        Complete = "COMPLETE",
        Completed = "COMPLETED",
        Failed = "FAILED",
        Pending = "PENDING",
        Replica = "REPLICA",
    }
}
open_enum! {
    /// The party that is charged for the request.
    RequestCharged { Requester = "requester", }
}
open_enum! {
    /// The encryption at rest of an object.
    ServerSideEncryption {
        Aes256 = "AES256",
        AwsBackup = "aws:backup",
        AwsFsx = "aws:fsx",
        AwsKms = "aws:kms",
        AwsKmsDsse = "aws:kms:dsse",
    }
}
open_enum! {
    /// The storage class of an object.
    StorageClass {
        AwsBackupLowCostWarm = "AWS_BACKUP_LOW_COST_WARM",
        AwsBackupWarm = "AWS_BACKUP_WARM",
        DeepArchive = "DEEP_ARCHIVE",
        ExpressOnezone = "EXPRESS_ONEZONE",
        FsxOntap = "FSX_ONTAP",
        FsxOpenzfs = "FSX_OPENZFS",
        Glacier = "GLACIER",
        GlacierIr = "GLACIER_IR",
        IntelligentTiering = "INTELLIGENT_TIERING",
        OnezoneIa = "ONEZONE_IA",
        Outposts = "OUTPOSTS",
        ReducedRedundancy = "REDUCED_REDUNDANCY",
        Snow = "SNOW",
        Standard = "STANDARD",
        StandardIa = "STANDARD_IA",
    }
}
open_enum! {
    /// Whether a copy uses the tags of its source or of the request.
    TaggingDirective { Copy = "COPY", Replace = "REPLACE", }
}

open_enum! {
    /// The retrieval tier of a restore from an archive, which determines its speed and price.
    Tier { Bulk = "Bulk", Expedited = "Expedited", Standard = "Standard", }
}

#[cfg(test)]
mod tests {
    use super::StorageClass;

    #[test]
    fn an_unknown_value_is_preserved() {
        assert_eq!(StorageClass::from("STANDARD_IA"), StorageClass::StandardIa);
        assert_eq!(StorageClass::from("FROZEN").as_str(), "FROZEN");
        assert_eq!(StorageClass::Other("FROZEN".into()).to_string(), "FROZEN");
    }
}
