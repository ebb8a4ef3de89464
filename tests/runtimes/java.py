"""The Java package: lint, Javadoc, its own tests on each Java, and its README in an empty project."""

import os
import re
import shutil
from pathlib import Path

from harness import SANDBOX, SHARED, TARGET, TOP, Failed, Forbidden, Skipped, Tests, need, run
from hosted_sandbox import sandbox_with_website

SOURCE = TOP / "bindings/java"
# A copy: nothing is built in the source. What Maven has fetched stays for the next run.
COPY = TARGET / "runtimes/java"
REPOSITORY = TARGET / "runtimes/maven"
CASES = TOP / "tests/cases"
NEWCOMER = TARGET / "runtimes/java-newcomer"
NEWEST = Path("/usr/lib/jvm/temurin-25-jdk-amd64")
# JNA unpacks its library there.
TEMPORARY = f"-Djna.tmpdir={COPY / 'target'}"
# A heap whose share of the memory soon grows no more; one thread of the system for all virtual threads.
VIRTUAL = "-Djdk.virtualThreadScheduler.parallelism=1 -Djdk.virtualThreadScheduler.maxPoolSize=1"
JVM = f"-Xmx64m -XX:+UseSerialGC {VIRTUAL} {TEMPORARY}"
PROJECT = """<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>com.example</groupId>
  <artifactId>newcomer</artifactId>
  <version>1</version>
  <properties>
    <maven.compiler.source>17</maven.compiler.source>
    <maven.compiler.target>17</maven.compiler.target>
    <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
  </properties>
  <dependencies>
    DEPENDENCY
  </dependencies>
</project>
"""
XML, JAVA = (re.compile(rf"^```{of}\n(.*?)^```", re.MULTILINE | re.DOTALL) for of in ("xml", "java"))
EXPECTED = [
    ("Quick", "issued "),
    ("Quick", "fullchain.pem"),
    ("Quick", "example.com 20"),
    ("Guide", "/certificates/example.com/current/fullchain.pem"),
    ("Guide", "\nissued\n2\n"),
    ("Guide", " draft _"),
    ("Guide", " www.example.com "),
    ("Guide", "\ntrue\ncancelled get_certificate\n2803 certificate_not_found 200 null\n"),
]


def maven(*arguments: str | Path, cwd: Path = COPY, repository: Path = REPOSITORY, cases: Path = CASES) -> str:
    need("javac", "mvn")
    ours = {"ZEROSSL_LIBRARY": str(SHARED), "SANDBOX": str(SANDBOX), "CASES": str(cases)}
    settings = ["-B", "-ntp", "-Dstyle.color=never", f"-Dmaven.repo.local={repository}"]
    return run(["mvn", *settings, *arguments], env=os.environ | ours, cwd=cwd, timeout=600)


def compiled() -> str:
    """With -Xlint:all -Werror and -Xdoclint:all, as pom.xml has it."""
    need("javac", "mvn")
    shutil.rmtree(COPY, ignore_errors=True)
    shutil.copytree(SOURCE, COPY, ignore=shutil.ignore_patterns("target"))
    maven("-q", "verify", "-DskipTests")
    return run(["javac", "-version"]).strip()


def suite(*options: str, cases: Path = CASES) -> str:
    """The cases and the behaviour."""
    if not (COPY / "target/test-classes").exists():
        raise Skipped("nothing was compiled")
    said = maven("surefire:test", *options, cases=cases)
    notes = re.findall(r"^(3,000 .*|virtual .*|\d+ cases.*|cancelled in .*)", said, re.MULTILINE)
    counted = re.findall(r"Tests run: \d+, .*", said)[-1:]
    return "; ".join(notes + counted)


def newest() -> str:
    """The same classes on the newest Java."""
    if not NEWEST.exists():
        raise Forbidden(f"there is no Java 25 in {NEWEST}")
    access = "--enable-native-access=com.sun.jna"
    return suite(f"-DargLine={JVM} {access}", f"-Djvm={NEWEST / 'bin/java'}")


def packed() -> Path:
    """Packs the jar with the library inside, and installs it in a new repository."""
    if not (COPY / "target/classes").exists():
        raise Skipped("nothing was compiled")
    repository, resources = NEWCOMER / "repository", COPY / "src/main/resources/linux-x86-64"
    shutil.rmtree(NEWCOMER, ignore_errors=True)
    shutil.copytree(REPOSITORY, repository, copy_function=os.link)
    resources.mkdir(parents=True, exist_ok=True)
    shutil.copy(SHARED, resources / "libzerossl.so")
    maven("-q", "install", "-DskipTests", "-Dmaven.javadoc.skip", repository=repository)
    return repository


def project(repository: Path) -> tuple[Path, str]:
    """A project that depends on the package, with the README's program and the guide's; and its class path."""
    folder = NEWCOMER / "project"
    (folder / "src/main/java").mkdir(parents=True)
    readme = (SOURCE / "README.md").read_text(encoding="utf-8")
    guide = (TOP / "docs/java.md").read_text(encoding="utf-8")
    # Both say the same.
    dependencies = {block for page in (readme, guide) for block in XML.findall(page)}
    (folder / "pom.xml").write_text(PROJECT.replace("DEPENDENCY", "".join(dependencies)), encoding="utf-8")
    template = (TOP / "tests/runtimes/Guide.java").read_text(encoding="utf-8")
    programs = {
        "Quick": "".join(JAVA.findall(readme)),
        "Guide": template.replace("// The blocks of docs/java.md.", "".join(JAVA.findall(guide))),
    }
    for name, code in programs.items():
        # The preflight check is left out: it would ask name servers outside.
        text = code.replace('.directory("certificates")', '.directory("certificates").preflight(Preflight.OFF)')
        (folder / f"src/main/java/{name}.java").write_text(text, encoding="utf-8")
    maven("-q", "compile", "dependency:build-classpath", "-Dmdep.outputFile=paths", cwd=folder, repository=repository)
    return folder, f"target/classes:{installed()}"


def installed() -> str:
    """The class path of the package and what it needs, as Maven found it for the project."""
    if not (found := NEWCOMER / "project/paths").exists():
        raise Skipped("there is no project with the package")
    return found.read_text(encoding="utf-8").strip()


def newcomer() -> str:
    """The README's program and the guide's, in a project that found the package in its repository."""
    folder, paths = project(packed())
    said = {}
    for name in ("Quick", "Guide"):
        with sandbox_with_website(folder / "www") as sandbox:
            environment = {key: value for key, value in sandbox.environment().items() if key != "ZEROSSL_LIBRARY"}
            shutil.rmtree(folder / "certificates", ignore_errors=True)
            said[name] = run(["java", TEMPORARY, "-cp", paths, name], env=environment, cwd=folder)
    for name, expected in EXPECTED:
        if expected not in said[name]:
            raise Failed(f"{name}: {expected!r} is missing:\n{said[name]}")
    jars = [jar for jar in (COPY / "target").glob("libzerossl-*.jar") if jar.stem[-1].isdigit()]
    return ", ".join(f"{jar.name}, {jar.stat().st_size / 1e6:.1f} MB" for jar in jars)


def versions() -> None:
    """pom.xml says the version of the workspace."""
    cargo = re.search(r'^version = "(.*)"', (TOP / "Cargo.toml").read_text(encoding="utf-8"), re.MULTILINE)
    pom = re.search(r"^  <version>(.*)</version>", (SOURCE / "pom.xml").read_text(encoding="utf-8"), re.MULTILINE)
    if not cargo or not pom or cargo[1] != pom[1]:
        raise Failed(f"pom.xml has {pom and pom[1]}, Cargo.toml {cargo and cargo[1]}")


def test_all(test: Tests) -> None:
    test("Java: the version of pom.xml", versions)
    test("Java: javac -Xlint:all, javadoc -Xdoclint:all", compiled)
    test("Java: cases and behaviour", lambda: suite(f"-DargLine={JVM}"))
    test("Java: cases and behaviour on Java 25", newest)
    test("Java: the jar in an empty project", newcomer)
