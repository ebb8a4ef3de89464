"""Tarballs: the same content gives the same file."""

from pathlib import Path

from shell import made, release, run


def pack(folder: Path, path: Path) -> Path:
    """Writes a folder with its name into a .tar.xz."""
    same = ["--sort=name", f"--mtime=@{release()['SOURCE_DATE_EPOCH']}", "--mode=go=rX,u+rw"]
    same += ["--owner=0", "--group=0", "--numeric-owner"]
    posix = ["--format=posix", "--pax-option=delete=atime,delete=ctime"]
    run("tar", "--create", "--xz", f"--file={path}", *same, *posix, f"--directory={folder.parent}", folder.name)
    made(path)
    return path
