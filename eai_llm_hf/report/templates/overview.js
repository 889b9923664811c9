// Sorts the overview of a report by a column, and filters it by label, certainty and note.
function startOverview(place) {
  const body = place.querySelector("tbody");
  const rows = Array.from(body.rows);
  const heads = Array.from(place.querySelectorAll("th"));
  const filters = Array.from(place.querySelectorAll("select"));
  const showAll = place.querySelector(".filters button");

  /** What a row is sorted by: a number, or its words. */
  const keyOf = (row, column) => {
    const cell = row.cells[column];
    return "sort" in cell.dataset ? Number(cell.dataset.sort) : cell.textContent.trim();
  };
  const sort = (head, upwards) => {
    const column = heads.indexOf(head);
    heads.forEach((each) => each.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", upwards ? "ascending" : "descending");
    const before = (one, other) => {
      const [a, b] = [keyOf(one, column), keyOf(other, column)];
      const apart = typeof a === "number" ? a - b : a.localeCompare(b, undefined, { numeric: true });
      return upwards ? apart : -apart;
    };
    const failed = (row) => row.classList.contains("failed"); // these have no values, and stay last
    const read = rows.filter((row) => !failed(row));
    body.append(...(column ? [...read.sort(before), ...rows.filter(failed)] : rows.slice().sort(before)));
  };
  heads.forEach((head) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const sorted = head.getAttribute("aria-sort");
      sort(head, sorted ? sorted === "descending" : head.dataset.from !== "high");
    });
  });

  const isAsked = (row) => filters.every((filter) => {
    const cell = row.cells[filter.dataset.column];
    if (!filter.value) return true;
    return cell !== undefined && [cell, ...cell.querySelectorAll("[data-is]")].some((each) => each.dataset.is === filter.value);
  });
  const filter = () => {
    rows.forEach((row) => {
      const section = document.querySelector(row.querySelector("a").getAttribute("href"));
      [row, section].forEach((each) => each.classList.toggle("filtered", !isAsked(row)));
    });
    const left = rows.filter((row) => !row.classList.contains("filtered")).length;
    place.querySelector(".found").textContent = `${left} of ${rows.length} recordings`;
    showAll.disabled = filters.every((each) => !each.value);
  };
  filters.forEach((each) => each.addEventListener("change", filter));
  showAll.addEventListener("click", () => {
    filters.forEach((each) => { each.value = ""; });
    filter();
    filters[0].focus();
  });
  place.querySelector(".filters").hidden = !filters.length;
  filter();
}
