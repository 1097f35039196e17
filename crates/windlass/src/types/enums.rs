//! S3's enumerations.

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
    /// A ready-made access control list for a bucket.
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
    /// The type of a bucket that is not of the general kind.
    BucketType { Directory = "Directory", }
}
open_enum! {
    /// Whether a bucket keeps versions.
    BucketVersioningStatus { Enabled = "Enabled", Suspended = "Suspended", }
}
open_enum! {
    /// How often a directory bucket's data is kept.
    DataRedundancy {
        SingleAvailabilityZone = "SingleAvailabilityZone",
        SingleLocalZone = "SingleLocalZone",
    }
}
open_enum! {
    /// How keys are written in an answer.
    EncodingType { Url = "url", }
}
open_enum! {
    /// The kind of place in which a directory bucket lies.
    LocationType { AvailabilityZone = "AvailabilityZone", LocalZone = "LocalZone", }
}
open_enum! {
    /// Whether a copy takes the metadata of its source or that of the request.
    MetadataDirective { Copy = "COPY", Replace = "REPLACE", }
}
open_enum! {
    /// Whether deletions of versions need a code of a device.
    MfaDelete { Disabled = "Disabled", Enabled = "Enabled", }
}
open_enum! {
    /// What can be asked about an object.
    ObjectAttributes {
        Checksum = "Checksum",
        ETag = "ETag",
        ObjectParts = "ObjectParts",
        ObjectSize = "ObjectSize",
        StorageClass = "StorageClass",
    }
}
open_enum! {
    /// A ready-made access control list for an object.
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
    /// Whether a legal hold keeps the object from being deleted.
    ObjectLockLegalHoldStatus { Off = "OFF", On = "ON", }
}
open_enum! {
    /// How firmly an object is locked until its date.
    ObjectLockMode { Compliance = "COMPLIANCE", Governance = "GOVERNANCE", }
}
open_enum! {
    /// Who owns the objects that others write into a bucket.
    ObjectOwnership {
        BucketOwnerEnforced = "BucketOwnerEnforced",
        BucketOwnerPreferred = "BucketOwnerPreferred",
        ObjectWriter = "ObjectWriter",
    }
}
open_enum! {
    /// What a listing tells about objects beyond the usual.
    OptionalObjectAttributes { RestoreStatus = "RestoreStatus", }
}
open_enum! {
    /// How far the replication of an object has come.
    ReplicationStatus {
        Complete = "COMPLETE",
        Completed = "COMPLETED",
        Failed = "FAILED",
        Pending = "PENDING",
        Replica = "REPLICA",
    }
}
open_enum! {
    /// Who is charged for the request.
    RequestCharged { Requester = "requester", }
}
open_enum! {
    /// How an object is encrypted at rest.
    ServerSideEncryption {
        Aes256 = "AES256",
        AwsBackup = "aws:backup",
        AwsFsx = "aws:fsx",
        AwsKms = "aws:kms",
        AwsKmsDsse = "aws:kms:dsse",
    }
}
open_enum! {
    /// The class of storage in which an object lies.
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
    /// Whether a copy takes the tags of its source or those of the request.
    TaggingDirective { Copy = "COPY", Replace = "REPLACE", }
}

open_enum! {
    /// How fast a restore from an archive is, and how dear.
    Tier { Bulk = "Bulk", Expedited = "Expedited", Standard = "Standard", }
}

#[cfg(test)]
mod tests {
    use super::StorageClass;

    #[test]
    fn an_unknown_word_survives() {
        assert_eq!(StorageClass::from("STANDARD_IA"), StorageClass::StandardIa);
        assert_eq!(StorageClass::from("FROZEN").as_str(), "FROZEN");
        assert_eq!(StorageClass::Other("FROZEN".into()).to_string(), "FROZEN");
    }
}
