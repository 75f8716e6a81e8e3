"""What stands on the page, and what happens when it is touched.

Whatever is touched, one function answers with all that changes, so that pictures, numbers and export belong together.
An error is a line on the page, and leaves the rest as it was.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

from degrade.codecs import encode_png
from degrade.demo import look, sliders
from degrade.demo.choices import Recipes
from degrade.demo.controls import Panel, Settings, panels_of, settings_of
from degrade.demo.errors import DemoError, gradio
from degrade.demo.photographs import Given, Samples
from degrade.demo.pictures import MOST_VARIANTS, Asked, Shown
from degrade.demo.restoring import missing, restored
from degrade.errors import DegradeError

if TYPE_CHECKING:
    import gradio as gr
else:
    gr = gradio()

TRACEBACK = "DEGRADE_TRACEBACK"
_LARGEST_SEED = 2**53 - 1
"""Browsers know no larger whole numbers."""
_AGED_S = 3600
"""After so long pictures and uploads are removed, while the page is still served."""
_ABOUT = """# degrade
Choose a photograph and a recipe, move sliders, see the damage. Everything stays on this machine."""
_SLIDERS = """**Its steps.** A slider that stands where it began leaves the step as the recipe has it; moved, it is that
number in every picture; ↺ puts it back."""
_DAMAGED, _PHOTOGRAPH = "the damaged picture above", "the photograph itself"
_ONE_AT_A_TIME: dict[str, Any] = {
    "concurrency_id": "work", "concurrency_limit": 1, "api_visibility": "undocumented", "show_progress": "minimal",
}  # fmt: skip

Answer = dict[Any, Any]
"""New values by component."""


class Page:
    """The page.

    Parameters
    ----------
    recipes : Recipes
    samples : Samples
    checkpoint : str or None
        The network that restores where no other is given on the page.

    Attributes
    ----------
    blocks : gradio.Blocks
    """

    def __init__(self, recipes: Recipes, samples: Samples, checkpoint: str | None = None) -> None:
        self.recipes, self.samples, self.checkpoint = recipes, samples, checkpoint
        with gr.Blocks(
            title="degrade", analytics_enabled=False, delete_cache=(_AGED_S, _AGED_S), fill_width=True
        ) as self.blocks:
            gr.Markdown(_ABOUT, elem_classes="intro")
            self.photograph, self.settings = gr.State(samples[0]), gr.State({})
            with gr.Row():
                with gr.Column(scale=4, min_width=340):
                    self._lay_out_choices()
                with gr.Column(scale=7, min_width=480, elem_classes="results"):
                    self._lay_out_results()
            self._connect()

    # --- layout -------------------------------------------------------------------------------------------------------

    def _lay_out_choices(self) -> None:
        self.file = gr.File(label="Photograph: drop a file here, or take a sample", height=150, elem_id="file")
        self.gallery = gr.Gallery(
            self.samples.thumbnails(), format="png", columns=5, height=226, show_label=False, allow_preview=False,
            object_fit="cover", interactive=False, buttons=[], elem_id="samples", label="Samples",
        )  # fmt: skip
        with gr.Group():
            first = self.recipes.first
            self.recipe = gr.Dropdown(
                self.recipes.names, value=first, label="Recipe", filterable=True, elem_id="recipe",
                num_choices_shown=len(self.recipes.names),
            )  # fmt: skip
            with gr.Row():
                self.seed = gr.Number(
                    self.recipes[first].seed, label="Seed", precision=0, minimum=0, maximum=_LARGEST_SEED,
                    min_width=90, elem_id="seed",
                )  # fmt: skip
                self.variant = gr.Number(
                    0, label="Variant", precision=0, minimum=0, maximum=MOST_VARIANTS - 1, min_width=90,
                    elem_id="variant",
                )  # fmt: skip
            self.another = gr.Button("Another variant", elem_id="another")
        self.about = gr.Markdown(self.recipes[first].about, elem_classes="about")
        gr.Markdown(_SLIDERS, elem_classes="about")
        with gr.Column(elem_classes="steps"):
            gr.render(inputs=[self.recipe], show_progress="hidden")(self._lay_out_steps)

    def _lay_out_steps(self, name: str) -> None:
        panels = panels_of(self.recipes[name])
        if not panels:
            gr.Markdown("This recipe has no steps: it is for pairs that there are already.")
            return
        controls = sliders.draw(panels)
        gr.on(
            [each.change for each in controls], partial(self.moved, panels),
            [self.photograph, self.recipe, self.seed, self.variant, *controls], self._shown(),
            trigger_mode="always_last", **{**_ONE_AT_A_TIME, "show_progress": "hidden"},
        )  # fmt: skip

    def _lay_out_results(self) -> None:
        self.said = gr.HTML(look.said("making the first picture…"), elem_id="said")
        self.pair = gr.ImageSlider(
            label="Clean and degraded", format="png", interactive=False, buttons=["fullscreen"], max_height=560,
            elem_id="pair",
        )  # fmt: skip
        with gr.Row():
            mask, classes = (
                gr.Image(
                    label=label, format="png", interactive=False, buttons=["download", "fullscreen"], height=300,
                    elem_id=name,
                )
                for name, label in (("mask", "Mask of all damage"), ("classes", "Classes of the damage"))
            )  # fmt: skip
            self.mask, self.classes = mask, classes
        self.legend = gr.HTML(elem_id="legend")
        with gr.Tab("Recipe as YAML"):
            self.save = gr.HTML(elem_id="save")
            self.text = gr.Code(language="yaml", interactive=False, max_lines=24, show_label=False, elem_id="yaml")
        with gr.Tab("What was drawn"):
            self.record = gr.JSON(show_label=False, open=False, max_height=520, elem_id="record")
        with gr.Tab("Restore"):
            self._lay_out_restoring()

    def _lay_out_restoring(self) -> None:
        lacking = missing()
        self.restore: Any = None
        if lacking is not None:
            gr.Markdown(str(lacking), elem_id="no-restoring")
            return
        own = " (or leave it to the one that the page was started with)" if self.checkpoint else ""
        self.which = gr.Radio([_DAMAGED, _PHOTOGRAPH], value=_DAMAGED, label="What to restore", elem_id="which")
        self.network = gr.File(
            label=f"A checkpoint of degrade train: best.safetensors{own}", height=110, elem_id="network"
        )
        self.restore = gr.Button("Restore", variant="primary", elem_id="restore")
        self.restore_said = gr.HTML(elem_id="restore-said")
        self.restore_pair = gr.ImageSlider(
            label="Before and restored", format="png", interactive=False, buttons=["fullscreen"], max_height=560,
            elem_id="restored",
        )  # fmt: skip
        self.restore_file = gr.File(
            label="The restored file", interactive=False, visible=False, elem_id="restored-file"
        )

    # --- what happens -------------------------------------------------------------------------------------------------

    def _asked(self) -> list[Any]:
        return [self.photograph, self.recipe, self.seed, self.variant, self.settings]

    def _shown(self) -> list[Any]:
        return [
            self.photograph, self.file, self.seed, self.variant, self.about, self.settings, self.said, self.pair,
            self.mask, self.classes, self.legend, self.save, self.text, self.record,
        ]  # fmt: skip

    def _connect(self) -> None:
        last = {"trigger_mode": "always_last", **_ONE_AT_A_TIME}
        gr.on([self.blocks.load, self.seed.input, self.variant.input], self.asked, self._asked(), self._shown(), **last)
        self.another.click(self.next_variant, self._asked(), self._shown(), **_ONE_AT_A_TIME)
        self.file.upload(self.uploaded, [self.file, *self._asked()], self._shown(), **_ONE_AT_A_TIME)
        self.gallery.select(self.sampled, self._asked(), self._shown(), **last)
        self.recipe.input(self.chosen, [self.photograph, self.recipe, self.variant], self._shown(), **last)
        if self.restore is not None:
            self.restore.click(
                self.restored, [self.which, self.network, *self._asked()],
                [self.restore_said, self.restore_pair, self.restore_file], **_ONE_AT_A_TIME,
            )  # fmt: skip

    def asked(
        self, photograph: Given, name: str, seed: float | None, variant: float | None, settings: Settings
    ) -> Answer:
        """The pictures for what the page says."""
        return self._told(self.said, lambda: self._pictures(self._ask(photograph, name, seed, variant, settings)))

    def next_variant(
        self, photograph: Given, name: str, seed: float | None, variant: float | None, settings: Settings
    ) -> Answer:
        """The next variant; after the last one the first."""

        def work() -> Answer:
            following = (_whole(variant, "variant") + 1) % MOST_VARIANTS
            asked = self._ask(photograph, name, seed, following, settings)
            return {**self._pictures(asked), self.variant: following}

        return self._told(self.said, work)

    def uploaded(
        self,
        file: str | None,
        photograph: Given,
        name: str,
        seed: float | None,
        variant: float | None,
        settings: Settings,
    ) -> Answer:
        """The file that was uploaded, in place of the photograph before; the upload itself is removed."""

        def work() -> Answer:
            given = Given(Path(file).name, _taken(file)) if file else photograph
            return {**self._pictures(self._ask(given, name, seed, variant, settings)), self.photograph: given}

        return {self.file: None, **self._told(self.said, work)}

    def sampled(
        self,
        photograph: Given,
        name: str,
        seed: float | None,
        variant: float | None,
        settings: Settings,
        chosen: gr.SelectData,
    ) -> Answer:
        """A sample in place of the photograph before."""

        def work() -> Answer:
            given = self.samples[_whole(chosen.index, "sample")]
            return {**self._pictures(self._ask(given, name, seed, variant, settings)), self.photograph: given}

        return self._told(self.said, work)

    def chosen(self, photograph: Given, name: str, variant: float | None) -> Answer:
        """Another recipe, as it is, with its own seed."""

        def work() -> Answer:
            recipe = self.recipes[name]
            asked = self._ask(photograph, name, recipe.seed, variant, {})
            start = {self.settings: {}, self.seed: recipe.seed, self.about: recipe.about}
            return {**start, **self._pictures(asked)}

        return self._told(self.said, work)

    def moved(
        self,
        panels: tuple[Panel, ...],
        photograph: Given,
        name: str,
        seed: float | None,
        variant: float | None,
        *values: Any,
    ) -> Answer:
        """Switches and sliders with other values."""

        def work() -> Answer:
            settings = settings_of(panels, values)
            return {**self._pictures(self._ask(photograph, name, seed, variant, settings)), self.settings: settings}

        return self._told(self.said, work)

    def restored(
        self,
        which: str,
        network: str | None,
        photograph: Given,
        name: str,
        seed: float | None,
        variant: float | None,
        settings: Settings,
    ) -> Answer:
        """The damaged picture, or the photograph, restored."""

        def work() -> Answer:
            given = photograph
            if which == _DAMAGED:
                pair, _ = self._ask(photograph, name, seed, variant, settings).made(_compiling)
                given = Given(f"{photograph.key.rpartition('/')[2]}.png", encode_png(pair.degraded, filtered=True))
            done = restored(given, network or self.checkpoint)
            folder = Path(mkdtemp(dir=self.blocks.GRADIO_CACHE))
            (folder / done.name).write_bytes(done.data)
            words = "; ".join(part for part in (f"{given.about}: restored", done.said) if part)
            return {
                self.restore_said: look.said(words),
                self.restore_pair: (done.before, done.after),
                self.restore_file: gr.File(str(folder / done.name), visible=True),
            }

        return self._told(self.restore_said, work)

    # --- what they share ----------------------------------------------------------------------------------------------

    def _ask(
        self, photograph: Given, name: str, seed: float | None, variant: float | None, settings: Settings
    ) -> Asked:
        return Asked(photograph, self.recipes[name], _whole(seed, "seed"), _whole(variant, "variant"), settings)

    def _pictures(self, asked: Asked) -> Answer:
        shown: Shown = asked.shown(_compiling)
        return {
            self.said: look.said(f"{asked.photograph.about}. {shown.said}", shown.steps),
            self.pair: (shown.clean, shown.degraded),
            self.mask: shown.mask,
            self.classes: shown.classes,
            self.legend: look.legend(shown.legend),
            self.save: look.download(shown.recipe, f"{asked.recipe.name}.yaml"),
            self.text: shown.recipe,
            self.record: shown.record,
        }

    def _told(self, line: Any, work: Callable[[], Answer]) -> Answer:
        """What `work` answers; where it fails, `line` says why."""
        try:
            return work()
        except DegradeError as error:
            return {line: look.problem(str(error))}
        except MemoryError:
            return {line: look.problem("out of memory; close other programs, or scale the picture down")}
        except Exception as error:
            if os.environ.get(TRACEBACK):
                raise
            what = (
                f"{type(error).__name__}: {error}; this is a fault of degrade: run it with {TRACEBACK}=1 and report it"
            )
            return {line: look.problem(what)}


def _compiling() -> None:
    gr.Info("compiling kernels, which is done once: the first pictures take a while", duration=8)


def _whole(value: Any, name: str) -> int:
    """A whole number of the page's. Raises DemoError."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
        raise DemoError(f"the {name} must be a whole number, not {str(value)[:40]!r}", "write one, such as 0")
    return int(value)


def _taken(file: str) -> bytes:
    """The bytes of an uploaded file, which is removed."""
    path = Path(file)
    data = path.read_bytes()
    path.unlink()
    return data
