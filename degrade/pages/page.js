"use strict";
document.documentElement.classList.add("js");
for (const compare of document.querySelectorAll(".compare")) {
  const slider = document.createElement("input");
  slider.type = "range";
  slider.max = 100;
  slider.value = 50;
  slider.setAttribute("aria-label", `How much is shown of the picture ${compare.querySelector("figcaption").textContent}, in percent`);
  const move = () => compare.style.setProperty("--at", slider.value + "%");
  slider.addEventListener("input", move);
  move();
  compare.append(slider);
}
