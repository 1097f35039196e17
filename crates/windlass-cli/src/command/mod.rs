//! The subcommands, one file each.

pub(crate) mod cat;
mod cp;
mod head;
mod ls;
mod mb;
mod mv;
mod presign;
pub(crate) mod put;
mod rb;
mod rm;
mod serve;
mod stat;
mod tag;
mod uploads;

use clap::Subcommand;

use crate::context::Context;
use crate::exit_code::ExitCode;
use crate::failure::Failure;

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Cat(cat::Cat),
    Cp(Box<cp::Cp>),
    Head(Box<head::Head>),
    Ls(ls::Ls),
    Mb(mb::Mb),
    Mv(Box<mv::Mv>),
    Presign(presign::Presign),
    Put(Box<put::Put>),
    Rb(rb::Rb),
    Rm(rm::Rm),
    Serve(serve::Serve),
    Stat(stat::Stat),
    Tag(tag::Tag),
    Uploads(uploads::Uploads),
}

/// Carries out a subcommand.
pub(crate) async fn run(command: Command, context: &Context) -> Result<ExitCode, Failure> {
    match command {
        Command::Cat(cat) => cat.run(context).await,
        Command::Cp(cp) => cp.run(context).await,
        Command::Head(head) => head.run(context).await,
        Command::Ls(ls) => ls.run(context).await,
        Command::Mb(mb) => mb.run(context).await,
        Command::Mv(mv) => mv.run(context).await,
        Command::Presign(presign) => presign.run(context).await,
        Command::Put(put) => put.run(context).await,
        Command::Rb(rb) => rb.run(context).await,
        Command::Rm(rm) => rm.run(context).await,
        Command::Serve(serve) => serve.run(context).await,
        Command::Stat(stat) => stat.run(context).await,
        Command::Tag(tag) => tag.run(context).await,
        Command::Uploads(uploads) => uploads.run(context).await,
    }
}
