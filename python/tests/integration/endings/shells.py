"""How shells, make, compilers and what they run fail."""

from .ending import Ending

_BAD = ("train.py", "raise ValueError('bad')\n")


def _sh(text: str, *options: str) -> Ending:
    return Ending(" ".join(["bash", *options, "train.sh"]), (("train.sh", text), _BAD))


def _make(text: str, **files: str) -> Ending:
    others = tuple((name.replace("_", "."), content) for name, content in files.items())
    return Ending("make", (("Makefile", text), _BAD, *others), ("make",))


def _compiled(compiler: str, name: str, text: str) -> Ending:
    return Ending(f"bash -c '{compiler} -o train {name} && ./train'", ((name, text),), (compiler,))


ENDINGS = {
    "c-assert": _compiled(
        "gcc",
        "train.c",
        "#include <assert.h>\nint main(int argc, char **argv) { assert(argc > 1); }\n",
    ),
    "c-compile": _compiled("gcc", "train.c", "int main() { x = 1; }\n"),
    "cpp-abort": _compiled(
        "g++",
        "train.cpp",
        '#include <stdexcept>\nint main() { throw std::runtime_error("bad shape"); }\n',
    ),
    "gnu-time": Ending("/usr/bin/time -v python train.py", (_BAD,), ("/usr/bin/time",)),
    "make": _make("train:\n\tpython train.py\n"),
    "make-no-rule": _make("train: data.bin\n"),
    "make-recursive": Ending(
        "make",
        (
            ("Makefile", "all:\n\t$(MAKE) train\ntrain:\n\tpython open.py\n"),
            ("open.py", "open('data.bin')\n"),
        ),
        ("make",),
    ),
    "mpirun": Ending(
        "mpirun --allow-run-as-root --oversubscribe -n 2 python train.py", (_BAD,), ("mpirun",)
    ),
    "mpirun-tagged": Ending(
        "mpirun --allow-run-as-root --oversubscribe --tag-output -n 2 python train.py",
        (_BAD,),
        ("mpirun",),
    ),
    "perl": Ending("perl train.pl", (("train.pl", 'die "bad shape";\n'),), ("perl",)),
    "set-e": _sh("set -e\necho start\nno_such_trainer --epochs 3\n"),
    "set-x": _sh("python train.py\n", "-x"),
    "shell-killed": _sh("sh -c 'kill -9 $$'\n"),
    "unbound": _sh("set -u\npython train.py --data $DATA\n"),
}
