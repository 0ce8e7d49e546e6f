"""The header is found in lists as people keep them, and what is not understood is said."""

from pathlib import Path

import pytest

from spg_registry.core.spreadsheets import faults, find_header, normalise, read_table
from tests.importing.files import text, workbook

SYNONYMS = {
    "code": ("Código SPG", "cod"),
    "names": ("nombre", "nombres"),
    "ci": ("C.I.", "carné de identidad", "cédula"),
    "area_ha": ("superficie", "superficie ha", "has"),
    "area_m2": ("superficie m2",),
    "phone": ("celular", "teléfono"),
}


@pytest.mark.parametrize(
    ("typed", "same"),
    [
        ("  CÓDIGO\n spg ", "codigo spg"),
        ("C.I.", "c i"),
        ("Nº de carné:", "no de carne"),
        ("N° de carné", "no de carne"),
        ("Superficie (m²)", "superficie m2"),
        ("Año\xa0nac. *", "ano nac"),
    ],
)
def test_spelling_does_not_matter(typed: str, same: str) -> None:
    assert normalise(typed) == same


def test_the_header_may_stand_under_titles_in_any_spelling() -> None:
    rows = [
        ("GOBIERNO AUTÓNOMO MUNICIPAL",),
        ("Nombre", "de la lista: productores"),
        (),
        ("N°", " Código\nSPG", "NOMBRES ", "Cédula (con extensión)", "Superficie (m²)", "Firma"),
        (1, "T-001", "Ana", "123", 400, None),
    ]
    with read_table(workbook(rows), "l") as table:
        header = find_header(table, SYNONYMS)
        first = next(row for row in table if row.number > header.row)
    assert header.row == 4
    assert header.columns == {"code": 1, "names": 2, "ci": 3, "area_m2": 4}
    assert [(each.cell, each.title) for each in header.unknown] == [("A4", "N°"), ("F4", "Firma")]
    assert header.missing == ("area_ha", "phone")
    assert (header.cell(first, "ci"), header.cell(first, "phone")) == ("123", None)


def test_a_field_named_twice_is_told_with_its_cells() -> None:
    with read_table(text("cod,nombre,celular,TELÉFONO\n1,Ana,7,8\n"), "l") as table:
        header = find_header(table, SYNONYMS)
    assert header.duplicates == {"phone": ("C1", "D1")}
    assert header.columns["phone"] == 2


def test_without_a_header_nothing_is_guessed() -> None:
    with (
        read_table(text("1,Ana,Quispe\n2,Luis,Mamani\n"), "l") as table,
        pytest.raises(faults.HeaderNotFound),
    ):
        find_header(table, SYNONYMS)


def test_a_synonym_may_not_name_two_fields() -> None:
    with pytest.raises(ValueError, match="two fields"):
        find_header([], {"names": ("nombre",), "unit": ("Nombre",)})


NATIONAL = {
    "body": ("entidade",),
    "state": ("uf",),
    "municipality": ("cidade",),
    "ci": ("cnpf cnpj nif",),
    "full_name": ("nome do produtor",),
    "products": ("atividades",),
}
MESSY = (
    "TIPO DE ENTIDADE,ENTIDADE,PAIS,UF,CIDADE,SITUAÇÃO,CNPF/CNPJ/NIF,NOME DO PRODUTOR,ESCOPO,"
    "ATIVIDADES,CONTATO\n"
    "OPAC,ASSOCIAÇÃO – ASAP,BRASIL,PE,SERRA TALHADA ,ATIVO,***072.892***,VALDIRA MACHADO,"
    "PRIMARIO VEGETAL,MILHO; FEIJÃO; ALGODÃO; GERGELIM;,\n"
    "OPAC,REDE POVOS DA MATA,BRASIL,BA,ILHÉUS,ATIVO,***075.574***,ROGER BERNADO,PPV,"
    '"MANGA; MARACUJÁ, MANDIOCA",(73) 99999-0000\n'
) * 40


def test_a_messy_national_list_is_read_whole() -> None:
    lists = [text(MESSY)]
    real = Path(__file__).parents[3] / "shared/data/cnpo_opac_sample.csv"
    if real.exists():
        lists.append(real)  # type: ignore[arg-type]
    for file in lists:
        with read_table(file, "cnpo.csv") as table:
            header = find_header(table, NATIONAL)
            rows = [row for row in table if row.number > header.row]
        assert not header.missing
        assert {each.title for each in header.unknown} >= {"PAIS", "SITUAÇÃO", "CONTATO"}
        assert len(rows) >= 79
        assert all(header.cell(row, "full_name") for row in rows)
        assert all(len(row.cells) <= 11 for row in rows)
