"""Invented people: given names and surnames that are common in Bolivia, put together at random.

No list of real persons stands behind this. Identity numbers have ten digits, which no card has.
"""

from dataclasses import dataclass
from random import Random

from spg_registry.people.models import Sex

WOMEN = (
    "Alicia Ana Andrea Asunta Aurelia Beatriz Benita Bertha Candelaria Carmen Casilda Cecilia "
    "Celestina Clara Claudia Cristina Damiana Daniela Delfina Dionisia Dominga Dora Elena "
    "Encarnación Epifania Ernestina Esperanza Estela Eugenia Eulalia Felicidad Filomena Flora "
    "Fortunata Gladys Gregoria Guadalupe Hilaria Ignacia Inés Irene Isabel Jacinta Juana Julia "
    "Justina Leonor Lidia Lourdes Lucía Luisa Magdalena Marcelina Margarita María Martha Martina "
    "Máxima Mercedes Miriam Natividad Nelly Nicolasa Norma Paulina Petrona Primitiva Remedios "
    "Rosa Rosalía Rosmery Rufina Sabina Santusa Saturnina Sebastiana Silveria Sonia Susana Teodora "
    "Teresa Tomasa Valentina Verónica Vicenta Victoria Virginia Wara Wayra Ximena Yola Zenobia "
    "Zulma Killa Sisa Nayra Sarawi Qori"
).split()
MEN = (
    "Adalberto Adrián Agustín Alberto Alejandro Alfonso Ambrosio Andrés Ángel Anselmo Antonio "
    "Apolinar Aurelio Bacilio Benedicto Benito Bernardo Calixto Carlos Casimiro Celestino César "
    "Cirilo Constantino Cornelio Crisóstomo Damián Daniel David Demetrio Dionisio Domingo Edgar "
    "Eduardo Eleuterio Emilio Epifanio Esteban Eugenio Eusebio Facundo Faustino Felipe Feliciano "
    "Felix Fermín Florencio Francisco Freddy Gabino Germán Gregorio Grover Gualberto Hilarión "
    "Honorato Hugo Ignacio Isidro Jacinto Javier Jorge José Juan Julián Julio Lázaro Leandro "
    "Leonardo Lorenzo Lucas Lucio Manuel Marcelino Mariano Mario Martín Mateo Mauricio Máximo "
    "Melchor Miguel Modesto Nicanor Nicolás Octavio Pablo Pascual Pastor Pedro Policarpo Ramón "
    "Raúl René Ricardo Roberto Román Rufino Sabino Santiago Saturnino Sebastián Severino Silverio "
    "Simón Teodoro Teófilo Tito Tomás Valentín Vicente Víctor Wilfredo Zacarías Zenón Amaru Illa "
    "Inti Wari"
).split()
SURNAMES = (
    "Aguilar Ajata Alanoca Alarcón Alavi Alcón Aliaga Amaru Anagua Apaza Aquino Aramayo Arancibia "
    "Arce Arias Arnez Arroyo Aruquipa Ávila Ayala Ayaviri Balboa Baltazar Barrios Bautista Bejarano "
    "Blanco Caballero Calani Calisaya Calle Callisaya Camacho Canaviri Canqui Cárdenas Cari Carrasco "
    "Castro Catari Cayo Ccama Céspedes Chambi Chino Chipana Choque Choquehuanca Chuquimia Churata "
    "Claros Colque Coca Cocarico Condarco Condo Condori Copa Coria Corrales Cortez Cruz Cuéllar "
    "Cuentas Cusi Delgado Durán Encinas Escalera Escobar Espejo Espinoza Fernández Flores Gallardo "
    "García Gómez Gonzales Guarachi Guaraz Guardia Gutiérrez Guzmán Heredia Huallpa Huanca Huarachi "
    "Huayta Ibáñez Illanes Inca Irusta Jaldín Janco Jiménez Justiniano Laime Laura Layme Lazarte "
    "Ledezma Limachi Lima Llanos Llusco López Loza Luna Machaca Machicado Maldonado Mamani Marca "
    "Mayta Medina Méndez Mendoza Mercado Mita Molina Mollo Montaño Montes Morales Mostacedo Nina "
    "Ochoa Ojeda Ordóñez Orellana Ortiz Pacheco Paco Padilla Patty Paucara Paxi Peñaranda Peralta "
    "Pérez Pinto Poma Porco Portillo Puma Quenta Quiroga Quisbert Quispe Quiñones Ramírez Ramos "
    "Rengifo Revollo Ríos Rivera Roca Rocha Rodríguez Rojas Rosales Rueda Ruiz Saavedra Salazar "
    "Salinas Sánchez Santos Saravia Sejas Serrano Siles Siñani Sirpa Soliz Soria Sosa Soto Suárez "
    "Tapia Tarqui Terán Terrazas Ticona Tintaya Titirico Tola Torrez Torrico Uño Uscamayta Valdez "
    "Valencia Vallejos Vargas Vásquez Veizaga Vela Velasco Vera Vidal Villca Villanueva Villarroel "
    "Viscarra Yana Yapura Yucra Yujra Zambrana Zapata Zárate Zenteno Zurita"
).split()

_ANDEAN = (
    "Ch'alla Pampa,Chacapampa,Ch'iyara Uma,Chojñapata,Jach'a Qhochi,Kellumani,Khora Uyu,Kollpani,"
    "Lluxita,Molle Pampa,Pampa Jalsuri,Patapampa,Phuju Uma,Puka Mayu,Qhocha Pata,Rumi Corral,"
    "Sora Chaka,Thola Pata,Tika Loma,Uma Marka,Uyu Pata,Wila Kollo,Wila Pampa,Yuraq Rumi"
).split(",")
_LOWLAND = (
    "Agua Clara,Bajo Encanto,Cascabel,El Carmen Nuevo,El Mango,El Palmar Chico,El Tajibo,La Cascada,"
    "La Esperanza,La Esmeralda,Las Abejas,Los Almendros,Monte Verde,Motacuzal,Nueva Aurora,"
    "Nueva Canaán,Nuevo Amanecer,Palmarito,Puerto Limón,Río Manso,Tres Cruces,Villa Fátima Nueva"
).split(",")
_SAINTS = (
    "San Antonio,San Felipe,San Isidro,San José,San Juan,San Lorenzo,San Martín,San Miguel,San Pablo,"
    "San Pedro,Santa Ana,Santa Bárbara,Santa Elena,Santa Rosa,Santiago,Villa Armonía,Villa Concordia,"
    "Villa Esperanza,Villa Libertad,Villa Progreso,Villa Rosario,Villa Unión"
).split(",")
_SIDES = ("", "Alto ", "Bajo ")
_BEGINNING = ("Ayllu", "Asociación", "Grupo", "Taller", "Cooperativa")
_GROUPS = (
    "Nuevo Amanecer,Tierra Viva,Semilla Nativa,Flor del Valle,Manos Unidas,Sumaj Kawsay,Suma Qamaña,"
    "Pachamama,Sol Naciente,Buena Cosecha,Chacra Sana,Sami Pankara,Raíces,El Vergel,Madre Tierra,"
    "Mujeres Productoras,Jóvenes del Campo,Agua y Vida,Cumbre Verde,Monte Alto"
).split(",")
_COMPANIES = (
    "Granos del Lago,Sabor de Altura,Frutos del Valle,Dulce Monte,Cosecha Limpia,Andes Naturales,"
    "Miel de Chaco,Cacao de Origen,Huerta Clara,Del Ayllu,Verde Yungas,Aroma de Montaña"
).split(",")


@dataclass(frozen=True)
class Somebody:
    names: str
    surnames: str
    sex: Sex
    ci: str | None = None
    birth_year: int | None = None


class People:
    """Draws people; `first_ci` begins a range of numbers that nobody else draws from."""

    def __init__(self, source: Random, first_ci: int, this_year: int) -> None:
        self._source = source
        self._ci = first_ci
        self._year = this_year

    def somebody(self, sex: Sex, surname: str | None = None) -> Somebody:
        draw = self._source
        given = WOMEN if sex is Sex.WOMAN else MEN
        names = draw.choice(given)
        if draw.random() < 0.35:
            names = f"{names} {draw.choice(given)}"
        surnames = f"{surname or draw.choice(SURNAMES)} {draw.choice(SURNAMES)}"
        ci = None
        if draw.random() < 0.7:
            self._ci += draw.randint(1, 40)
            ci = str(self._ci)
        year = self._year - draw.randint(22, 74) if draw.random() < 0.8 else None
        return Somebody(names, surnames, sex, ci, year)

    def either(self) -> Somebody:
        return self.somebody(self._source.choice((Sex.WOMAN, Sex.MAN)))


def communities(source: Random, count: int, lowland: bool) -> list[str]:
    """Different names for the communities of one municipality."""
    bases = [*(_LOWLAND if lowland else _ANDEAN), *_SAINTS]
    every = [f"{side}{base}" for base in bases for side in _SIDES]
    return source.sample(every, count)


def group_name(source: Random, place: str) -> str:
    return f"{source.choice(_BEGINNING)} {source.choice(_GROUPS)} de {place}"


def company_name(source: Random) -> str:
    return f"{source.choice(_COMPANIES)} {source.choice(('S.R.L.', 'Unipersonal'))}"
