"""People who are cited, not known, and what is named after a person."""

from __future__ import annotations

import re
from typing import Final

# Surnames of researchers, authors of models and reviews, judges and ministers of the field: of each, that it may be cited.
PUBLISHED: Final = frozenset(
    "achenbach ainsworth alderson aldgate allen anglin appleton argyris arnstein asen atwool axline baginsky baker "
    "bandura barlow barnardo barnes bateson bebbington beck becker beckett beckford beek bellis bentovim berg "
    "bernard berne berridge biehal biestek bifulco biglan bilson bion boddy bolger bostock bowen bowlby bowyer "
    "brandon brazelton briere broadhurst brodie bronfenbrenner brophy bruer buckley bullock burton bywaters cairns "
    "calder cameron cann carlile cemlyn chamberlain chand chard cicchetti clarke cleaver climbie coakley collins "
    "colwell connolly cooper corby cossar coy crenshaw crittenden cummings currie daro davies davis delfabbro "
    "devaney dickens dingwall dixon dominelli dowling dozier dweck edwards egan elliott emond engle epstein erikson "
    "eyberg fahlberg farmer farnfield farrall featherstone felitti ferguson fergusson finkelhor firmin fisher flood "
    "fonagy fook forrester foucault fraser freire freud furness furnivall garboden gardner garmezy garrett gatsou "
    "gibbons gibbs gibson gilligan gitterman glasser godar goddard goffman goldberg golding goleman goodman gottman "
    "gove gray grotberg gupta hackett hale hardiker hardwick hardy harlow harris hart haydon heath hedley helfer "
    "henggeler herman hester hicks hobbs hodges hogg holland hollis holmes holt hood horwath howe howell hughes "
    "humphreys hunt hyslop ixer jackson jacobs jay johnstone jones kahneman karpman katz kaufman kazdin keehan kempe "
    "keogh kirton klein knei-paz knott kohlberg kolb kolk korbin kroll kubler-ross labinjo-hughes laird laming "
    "larkins lefevre leigh leonard levine lewin littell lonne lushey lutman macalister macdonald maclean "
    "maguire-jack main malchiodi manthorpe maslow mason masson masten mcauley mccafferty mccrory mcfarlane mcghee "
    "mcgowan mcgrath mclaughlin mcmahon mcmurran mcneish meakings melhuish middleton miller millham milner minuchin "
    "mnookin moffitt monck monroe mooney moran moriarty morris morrison moyers mullender munby munro murphy narey "
    "neary norgrove o'connor o'loughlin olds oliver orme packman parker parrott parton patterson pavlov payne pearce "
    "pecora peel pelka perry phoenix piaget pincus pinkney pithouse pitts pizzey platt plomin porges prochaska "
    "quinton radford reder rees reid reimers rhodes ripple rixon rogers rollnick rose roth rowntree ruch rushton "
    "rutter ryan saleebey salzberger-wittenberg sanders schofield schon schooler schore scott seaman sebba sebuliba "
    "seden seebohm seligman selman selwyn sen sharif sharland shaw shazer shemmings shlonsky sidebotham siegel "
    "simmonds sinclair sissay skinner skuse smale smeeton solnit spratt stalford stanley stark statham stein "
    "steinberg stern stevens stevenson stott stradling stroud sudbery sullivan tarren-sweeney taylor teggart thoburn "
    "thompson thorpe timpson tisdall treisman trevithick triseliotis trotter trowell truss tuckman tunnard turnell "
    "turney twenge ungar unwin utting vygotsky wade walker walklate walsh walters ward warner wastell waterhouse "
    "watson webb webber webster-stratton weinstein white whittaker whyte wijedasa wilkins wilkinson williams wilson "
    "winnicott wonnacott wood woodhouse woodman woolgar wulczyn yalom".split()
)
# Authors, children of public inquiries, and what is named after a person, each known by the whole of its name. Recall comes
# first: a whole name that many people have (`Charlie Taylor`) is left to the words around it.
_WHOLE_NAMES: Final = (
    "abraham maslow, albert bandura, alexis jay, andrew mcfarlane, andrew turnell, ann coffey, ann masten, "
    "anna freud, anne longfield, arthur labinjo-hughes, baby p, baroness hale, bessel van der kolk, brene brown, "
    "bridget phillipson, brigid featherstone, bruce perry, carl rogers, carlene firmin, carolyn webster-stratton, "
    "chelsea's choice, clare's law, daniel pelka, daniel siegel, danya glaser, dave wastell, david berridge, "
    "david cameron, david finkelhor, david kolb, donald forrester, donald schon, donald winnicott, dr barnardo, "
    "edward timpson, eileen gambrill, eileen munro, elizabeth butler-sloss, elsie inglis, erik erikson, "
    "finley boden, gabor mate, gary clapton, gavin williamson, gillian ruch, gillian schofield, herbert laming, "
    "herbert protocol, hope street, insoo kim berg, isabelle trowler, james munby, jasmine beckford, jean piaget, "
    "john bowlby, jordan's principle, joseph rowntree, josh macalister, judith herman, judith masson, judy sebba, "
    "julie selwyn, june thoburn, karen broadhurst, karen treisman, katie piper, keir starmer, khyra ishaq, "
    "kim golding, kimberley carlile, lemn sissay, lena dominelli, lev vygotsky, lisa bostock, logan mwangi, "
    "lucy faithfull, maisie's law, malcolm payne, margaret hodge, maria colwell, marian brandon, "
    "marie collins foundation, marsha linehan, martha's rule, martin narey, martyn oliver, mary ainsworth, "
    "mary dozier, megan's law, melanie klein, michael gove, michael rutter, michael ungar, nadhim zahawi, "
    "nigel parton, nina biehal, oliver mcgowan, patricia crittenden, paul bywaters, peter connelly, peter fonagy, "
    "philomena protocol, rachel de souza, robbie gilligan, sara sharif, sarah's law, siobhan maclean, star hobson, "
    "stephen lawrence, stephen rollnick, steve de shazer, thomas coram, tony blair, tyra henry, urie bronfenbrenner, "
    "victoria climbie, viv cree, winston's wish, yvette cooper"
)
PUBLISHED_WHOLE: Final = re.compile(
    rf"\b(?:{'|'.join(re.escape(name) for name in _WHOLE_NAMES.split(', '))})\b".replace("'", "['’]?"), re.IGNORECASE
)
