"""The Java package: lint, Javadoc, its own tests on each Java, and its README in an empty project."""

import os
import re
import shutil
import tempfile
from pathlib import Path

from harness import SANDBOX, SHARED, TARGET, TOP, Failed, Forbidden, Skipped, Tests, need, run
from servers import Sandbox

from website import website

SOURCE = TOP / "bindings/java"
# A copy: nothing is built in the source. What Maven has fetched stays for the next run.
COPY = TARGET / "runtimes/java"
REPOSITORY = TARGET / "runtimes/maven"
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


def maven(*arguments: str | Path, cwd: Path = COPY, repository: Path = REPOSITORY) -> str:
    need("javac", "mvn")
    ours = {"ZEROSSL_LIBRARY": str(SHARED), "SANDBOX": str(SANDBOX), "CASES": str(TOP / "tests/cases")}
    settings = ["-B", "-ntp", "-Dstyle.color=never", f"-Dmaven.repo.local={repository}"]
    return run(["mvn", *settings, *arguments], env=os.environ | ours, cwd=cwd, timeout=600)


def compiled() -> str:
    """With -Xlint:all -Werror and -Xdoclint:all, as pom.xml has it."""
    need("javac", "mvn")
    shutil.rmtree(COPY, ignore_errors=True)
    shutil.copytree(SOURCE, COPY, ignore=shutil.ignore_patterns("target"))
    maven("-q", "verify", "-DskipTests")
    return run(["javac", "-version"]).strip()


def suite(*options: str) -> str:
    """The cases and the behaviour."""
    if not (COPY / "target/test-classes").exists():
        raise Skipped("nothing was compiled")
    said = maven("surefire:test", *options)
    notes = re.findall(r"^(3,000 .*|virtual .*|\d+ cases.*|cancelled in .*)", said, re.MULTILINE)
    counted = re.findall(r"Tests run: \d+, .*", said)[-1:]
    return "; ".join(notes + counted)


def newest() -> str:
    """The same classes on the newest Java."""
    if not NEWEST.exists():
        raise Forbidden(f"there is no Java 25 in {NEWEST}")
    access = "--enable-native-access=com.sun.jna"
    return suite(f"-DargLine={JVM} {access}", f"-Djvm={NEWEST / 'bin/java'}")


def block(page: str, language: str, needed: str) -> str:
    """A piece of code of the README."""
    code = re.search(rf"^```{language}\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    if not code or needed not in code[1]:
        raise Failed(f"README.md has no {language} with {needed}")
    return code[1]


def newcomer() -> str:
    """Packs the jar with the library inside, installs it, and runs the README's lines in an empty project."""
    if not (COPY / "target/classes").exists():
        raise Skipped("nothing was compiled")
    with tempfile.TemporaryDirectory(dir=COPY.parent) as folder:
        repository, project = Path(folder) / "repository", Path(folder) / "project"
        shutil.copytree(REPOSITORY, repository, copy_function=os.link)
        resources = COPY / "src/main/resources/linux-x86-64"
        resources.mkdir(parents=True)
        shutil.copy(SHARED, resources / "libzerossl.so")
        maven("-q", "install", "-DskipTests", "-Dmaven.javadoc.skip", repository=repository)
        page = (SOURCE / "README.md").read_text(encoding="utf-8")
        (project / "www").mkdir(parents=True)
        (project / "src/main/java").mkdir(parents=True)
        (project / "pom.xml").write_text(PROJECT.replace("DEPENDENCY", block(page, "xml", "<dependency>")))
        # The preflight check is left out: it would ask name servers outside.
        code = block(page, "java", ".build();\n").replace(".build();\n", ".preflight(Preflight.OFF).build();\n")
        (project / "src/main/java/Quick.java").write_text(code)
        paths = ["dependency:build-classpath", "-Dmdep.outputFile=paths"]
        maven("-q", "compile", *paths, cwd=project, repository=repository)
        classes = f"target/classes:{(project / 'paths').read_text().strip()}"
        with website(project / "www") as port, Sandbox(SANDBOX, "--http-port", str(port)) as sandbox:
            environment = sandbox.environment()
            environment.pop("ZEROSSL_LIBRARY", None)
            said = run(["java", TEMPORARY, "-cp", classes, "Quick"], env=environment, cwd=project)
    for expected in ("issued ", "fullchain.pem", "example.com 20"):
        if expected not in said:
            raise Failed(f"{expected!r} is missing:\n{said}")
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
