//! The folder, by its descriptor: no path is ever followed again, so nothing outside of it is reached (T15, T17).

use std::ffi::{CStr, OsStr};
use std::fs::{DirBuilder, File};
use std::io::{self, Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;
use std::time::{Duration, SystemTime};

use rustix::fs::{AtFlags, CWD, Dir, FileType, FlockOperation, Mode, OFlags, Stat};
use rustix::io::{Errno, retry_on_intr};

use super::Durability;

/// Larger files are not read (T18). The core's own limit for a record is far below, unless it was raised.
pub(super) const MAX_BYTES: usize = 8 << 20;

/// Locks; each key has one of them.
const STRIPES: u8 = 64;

/// Our files beside the records. No template makes such names, since a key has 64 digits.
const LOCK: &str = ".session-lock-";
const TEMPORARY: &str = ".session-tmp-";

/// After this long, a temporary file is one that a crash left behind.
pub(super) const STALE: Duration = Duration::from_secs(3600);

pub(super) struct Folder {
    directory: OwnedFd,
    durability: Durability,
}

/// What a file holds.
pub(super) enum Content {
    Bytes(Vec<u8>),
    /// There is something, but not a file that we would have written.
    Foreign(&'static str),
    Nothing,
}

/// Holds one stripe, in all processes, until it is dropped.
pub(super) struct Locked(#[allow(dead_code, reason = "closing it unlocks")] File);

impl Folder {
    /// Opens the folder, or creates it.
    pub(super) fn open(path: &Path, durability: Durability) -> io::Result<Self> {
        DirBuilder::new().recursive(true).mode(0o700).create(path)?;
        let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let directory = retry_on_intr(|| rustix::fs::openat(CWD, path, flags, Mode::empty()))?;
        let stat = rustix::fs::fstat(&directory)?;
        let refuse = |why| Err(io::Error::new(io::ErrorKind::PermissionDenied, why));
        if stat.st_uid != rustix::process::geteuid().as_raw() {
            return refuse("it belongs to another user, who could put sessions into it");
        }
        if Mode::from_raw_mode(stat.st_mode).intersects(Mode::RWXG | Mode::RWXO) {
            return refuse("it is open to others than its owner: `chmod 700` it");
        }
        Ok(Self { directory, durability })
    }

    /// Waits for the stripe, which other threads and processes may hold.
    pub(super) fn lock(&self, stripe: u8) -> io::Result<Locked> {
        let name = format!("{LOCK}{:02x}", stripe % STRIPES);
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        loop {
            let fd = retry_on_intr(|| {
                rustix::fs::openat(&self.directory, &*name, flags, Mode::RUSR | Mode::WUSR)
            })?;
            retry_on_intr(|| rustix::fs::flock(&fd, FlockOperation::LockExclusive))?;
            // whoever emptied the folder by hand left us with a lock that nobody else will find
            if rustix::fs::fstat(&fd)?.st_nlink > 0 {
                return Ok(Locked(fd.into()));
            }
        }
    }

    /// Locks the stripes of two keys, the lower one first: so two rotations never wait for each other (S70).
    pub(super) fn lock_both(&self, one: u8, other: u8) -> io::Result<(Locked, Option<Locked>)> {
        let (one, other) = (one % STRIPES, other % STRIPES);
        let first = self.lock(one.min(other))?;
        let second = if one == other { None } else { Some(self.lock(one.max(other))?) };
        Ok((first, second))
    }

    pub(super) fn read(&self, name: &str) -> io::Result<Content> {
        // a pipe would let us wait for its writer; whatever else is no file answers at once
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        let fd = match retry_on_intr(|| rustix::fs::openat(&self.directory, name, flags, Mode::empty())) {
            Ok(fd) => fd,
            Err(Errno::NOENT) => return Ok(Content::Nothing),
            Err(Errno::LOOP) => return Ok(Content::Foreign("a symbolic link")),
            Err(Errno::NXIO) => return Ok(Content::Foreign("no ordinary file")),
            // a file that is not ours, unless it is the folder that refuses
            Err(Errno::ACCESS) if self.stat(name)?.is_some() => {
                return Ok(Content::Foreign("a file of another user"));
            }
            Err(error) => return Err(error.into()),
        };
        let stat = rustix::fs::fstat(&fd)?;
        if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
            return Ok(Content::Foreign("no ordinary file"));
        }
        if stat.st_uid != rustix::process::geteuid().as_raw() {
            return Ok(Content::Foreign("a file of another user"));
        }
        let mut bytes = Vec::new();
        // the size is told by what is read: it may grow meanwhile
        let limit = u64::try_from(MAX_BYTES).unwrap_or(u64::MAX) + 1;
        if u64::try_from(stat.st_size).unwrap_or(u64::MAX) < limit {
            File::from(fd).take(limit).read_to_end(&mut bytes)?;
            if bytes.len() <= MAX_BYTES {
                return Ok(Content::Bytes(bytes));
            }
        }
        Ok(Content::Foreign("too large"))
    }

    /// Puts a file of these bytes in the place of what is there. When this fails, what was there still is.
    pub(super) fn replace(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        if bytes.len() > MAX_BYTES {
            return Err(io::Error::other(format!("a record of {} bytes, at most {MAX_BYTES}", bytes.len())));
        }
        let temporary = format!("{TEMPORARY}{:032x}", crate::record::OpId::next().as_u128());
        let written = self
            .write_new(&temporary, bytes)
            .and_then(|()| Ok(rustix::fs::renameat(&self.directory, &*temporary, &self.directory, name)?));
        if let Err(error) = written {
            // the first error is the one to report
            drop(self.remove(&temporary));
            return Err(error);
        }
        self.flush()
    }

    fn write_new(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let fd = retry_on_intr(|| rustix::fs::openat(&self.directory, name, flags, Mode::RUSR | Mode::WUSR))?;
        let mut file = File::from(fd);
        file.write_all(bytes)?;
        if self.durability == Durability::Full { file.sync_all() } else { Ok(()) }
    }

    /// Removes a file, and says whether there was one.
    pub(super) fn remove(&self, name: &str) -> io::Result<bool> {
        match rustix::fs::unlinkat(&self.directory, name, AtFlags::empty()) {
            Ok(()) => Ok(true),
            Err(Errno::NOENT) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Makes what was renamed or removed outlast a power failure.
    pub(super) fn flush(&self) -> io::Result<()> {
        match self.durability {
            Durability::Full => Ok(retry_on_intr(|| rustix::fs::fsync(&self.directory))?),
            Durability::Process => Ok(()),
        }
    }

    /// The names of all files; a name that is no text is none of ours.
    pub(super) fn names(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in Dir::read_from(&self.directory)? {
            let entry = entry?;
            names.extend(text(entry.file_name()));
        }
        Ok(names)
    }

    /// Whether a file of that name was left behind by a write that did not end.
    pub(super) fn is_left_behind(&self, name: &str) -> io::Result<bool> {
        Ok(name.starts_with(TEMPORARY) && self.is_stale(name)?)
    }

    /// Whether nobody has written to the file for long. By the real clock, as the file system's own times are.
    pub(super) fn is_stale(&self, name: &str) -> io::Result<bool> {
        let Some(stat) = self.stat(name)? else { return Ok(false) };
        let modified = Duration::from_secs(u64::try_from(stat.st_mtime).unwrap_or(0));
        let age = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH + modified);
        Ok(FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile && age.is_ok_and(|age| age > STALE))
    }

    fn stat(&self, name: &str) -> io::Result<Option<Stat>> {
        match rustix::fs::statat(&self.directory, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => Ok(Some(stat)),
            Err(Errno::NOENT) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

fn text(name: &CStr) -> Option<String> {
    OsStr::from_bytes(name.to_bytes()).to_str().map(str::to_owned)
}
