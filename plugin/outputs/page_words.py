"""Headings and sentences of the patient's page in each language; what is clinical on it comes from the template."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

Language = Literal["en", "es"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
_MESES = (
    "enero", "febrero", "marzo", "abril", "mayo", "junio",
    "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PageWords:
    """What the page says in one language. Lines end with a full stop where they are sentences."""

    language: str
    title: str
    name: str
    born: str
    record: str
    draft: str
    talked: str
    treatment: str
    if_it_fits: str
    help: str
    next: str
    undecided: str
    matters: str
    questions: str
    room: str
    urgent: str
    call: str
    nobody: str
    by_day: str
    by_night: str
    always: str
    clinician: str
    day: str
    when: Callable[[date], str]

    def at(self, time: str) -> str:
        """When somebody can be called (`day`, `night`, `always`), in words; empty where that was left open."""
        return {"day": self.by_day, "night": self.by_night, "always": self.always}.get(time, "")


def _english(day: date) -> str:
    return f"{day:%B} {day.day}, {day.year}"


def _spanish(day: date) -> str:
    return f"{day.day} de {_MESES[day.month - 1]} de {day.year}"


WORDS: dict[Language, PageWords] = {
    "en": PageWords(
        language="English",
        title="Your plan",
        name="For",
        born="Born",
        record="Record number",
        draft="This is what we talked about. Nothing starts until your team goes over it with you.",
        talked="What we talked about",
        treatment="Treatment",
        if_it_fits="Only if tests and checks show that it fits you",
        help="Help for you",
        next="What we check next",
        undecided="Not all is decided yet. Your team will talk with you about the rest.",
        matters="What matters most to me",
        questions="My questions",
        room="Room to write",
        urgent="Call at once",
        call="Whom to call",
        nobody="Name and phone",
        by_day="by day",
        by_night="at night and on weekends",
        always="day and night",
        clinician="Reviewed by",
        day="Day",
        when=_english,
    ),
    "es": PageWords(
        language="Español",
        title="Su plan",
        name="Para",
        born="Nacimiento",
        record="Expediente",
        draft="Esto es lo que hablamos. Nada empieza hasta que su equipo lo revise con usted.",
        talked="Lo que hablamos",
        treatment="Tratamiento",
        if_it_fits="Solo si las pruebas y revisiones muestran que es para usted",
        help="Ayuda para usted",
        next="Lo que vamos a revisar",
        undecided="Aún no se ha decidido todo. Su equipo hablará con usted sobre lo que falta.",
        matters="Lo que más me importa",
        questions="Mis preguntas",
        room="Espacio para escribir",
        urgent="Llame enseguida",
        call="A quién llamar",
        nobody="Nombre y teléfono",
        by_day="de día",
        by_night="de noche y en fin de semana",
        always="de día y de noche",
        clinician="Revisado por",
        day="Fecha",
        when=_spanish,
    ),
}
