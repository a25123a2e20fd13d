"""Names the platform of the wheel: what is in it is the binary of one, for every Python."""

from __future__ import annotations

from setuptools import Distribution, setup
from setuptools.command.bdist_wheel import bdist_wheel


class BinaryDistribution(Distribution):
    """One that is installed where things of one platform are."""

    def has_ext_modules(self) -> bool:
        """Whether it is for one platform alone."""
        return True


class PlatformWheel(bdist_wheel):
    """A wheel for one platform that depends on no version of Python's own interface."""

    def get_tag(self) -> tuple[str, str, str]:
        """Give Python, interface and platform."""
        return "py3", "none", super().get_tag()[2]


setup(distclass=BinaryDistribution, cmdclass={"bdist_wheel": PlatformWheel})
