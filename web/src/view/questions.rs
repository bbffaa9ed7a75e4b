//! Recommendations: what is asked.

use super::{DomainName, StrategyName, SurfaceName, WishName};
use soiree_actors::live::LiveContext;
use soiree_domain::{Domain, ItemId, Mood, PartyId, UserId};
use soiree_engine::Filter;
use utoipa::{IntoParams, ToSchema};

crate::input! {
    /// Which items may be in the answer at all.
    #[derive(Debug, Clone, Default, ToSchema)]
    pub struct FilterBody {
        /// At least one of these genres.
        #[schema(example = json!(["drama"]))]
        genres: Option<Vec<String>>,
        /// Not older than this year.
        #[schema(example = 1990)]
        year_from: Option<i32>,
        /// Not younger than this year.
        #[schema(example = 2024)]
        year_to: Option<i32>,
        /// Age rating at most this, in years.
        #[schema(example = 12)]
        max_age_rating: Option<u8>,
        /// Running time at most this, in minutes.
        #[schema(example = 120)]
        max_duration_min: Option<u32>,
        /// Original language, ISO 639-1.
        #[schema(example = "en")]
        language: Option<String>,
        /// Never these.
        #[schema(value_type = Option<Vec<String>>, example = json!(["demo:film-alien"]))]
        exclude: Option<Vec<ItemId>>,
    }
}

impl From<FilterBody> for Filter {
    fn from(body: FilterBody) -> Self {
        Self {
            genres: body.genres.unwrap_or_default(),
            year_from: body.year_from,
            year_to: body.year_to,
            max_age_rating: body.max_age_rating,
            max_duration_min: body.max_duration_min,
            language: body.language,
            exclude: body.exclude.unwrap_or_default(),
        }
    }
}

crate::input! {
    /// A mood on the circumplex.
    #[derive(Debug, Clone, Copy, ToSchema)]
    pub struct MoodBody {
        /// Unpleasant (-1) to pleasant (1).
        #[schema(example = 0.6, minimum = -1, maximum = 1)]
        valence: f32,
        /// Sleepy (-1) to excited (1).
        #[schema(example = -0.2, minimum = -1, maximum = 1)]
        arousal: f32,
    }
}

crate::input! {
    /// What is going on around the person or group right now.
    #[derive(Debug, Clone, Default, ToSchema)]
    pub struct ContextBody {
        /// Free words such as `cooking`.
        #[schema(example = "cooking")]
        activity: Option<String>,
        /// How the person or group feels.
        mood: Option<MoodBody>,
        /// What to do about the mood; `match` when absent.
        wish: Option<WishName>,
        /// What they are on.
        #[schema(example = "tv")]
        device: Option<String>,
        /// What they are watching, reading or listening to; its kin come first.
        #[schema(value_type = Option<String>, example = "demo:book-the-great-gatsby")]
        now_on: Option<ItemId>,
        /// Offset of their local time from UTC in minutes.
        #[schema(example = 120, minimum = -840, maximum = 840)]
        utc_offset_min: Option<i32>,
    }
}

impl From<ContextBody> for LiveContext {
    fn from(body: ContextBody) -> Self {
        Self {
            activity: body.activity,
            mood: body.mood.map(|mood| Mood::new(mood.valence, mood.arousal)),
            wish: body.wish.map(|name| name.0),
            share_mood: None,
            device: body.device,
            now_on: body.now_on.map(|item| (item, 0)),
            utc_offset_min: body.utc_offset_min.map(|min| min.clamp(-840, 840)),
        }
    }
}

/// The domains as the engine takes them: absent and empty both mean all.
pub(crate) fn domains(names: Option<Vec<DomainName>>) -> Option<Vec<Domain>> {
    names.filter(|names| !names.is_empty()).map(|names| names.into_iter().map(|name| name.0).collect())
}

crate::input! {
    /// A question about one person. Every field can be left out.
    #[derive(Debug, Clone, Default, ToSchema)]
    pub struct PersonalBody {
        /// Where the answer is shown; `home` when absent.
        surface: Option<SurfaceName>,
        /// How many items, 1 to 100; 10 when absent.
        #[schema(example = 10, minimum = 1, maximum = 100)]
        limit: Option<u32>,
        /// Which domains; all mixed when absent.
        domains: Option<Vec<DomainName>>,
        /// Which items may come at all.
        filter: Option<FilterBody>,
        /// What is going on around the person.
        context: Option<ContextBody>,
        /// Whether reasons are wanted; true when absent.
        #[schema(example = true)]
        explain: Option<bool>,
    }
}

crate::input! {
    /// A question about one person, as query parameters.
    #[derive(Debug, Clone, Default, IntoParams)]
    #[into_params(parameter_in = Query, style = Form)]
    pub struct PersonalParams {
        /// Where the answer is shown; `home` when absent.
        #[param(value_type = Option<SurfaceName>)]
        surface: Option<SurfaceName>,
        /// How many items; 10 when absent.
        #[param(minimum = 1, maximum = 100, example = 10)]
        limit: Option<u32>,
        /// Which domains, parted by commas; all mixed when absent.
        #[param(explode = false)]
        domains: Option<Vec<DomainName>>,
        /// Whether reasons are wanted; true when absent.
        explain: Option<bool>,
        /// What they are watching, reading or listening to.
        #[param(value_type = Option<String>)]
        now_on: Option<ItemId>,
        /// Offset of their local time from UTC in minutes.
        utc_offset_min: Option<i32>,
    }
}

impl From<PersonalParams> for PersonalBody {
    fn from(params: PersonalParams) -> Self {
        let context = ContextBody {
            now_on: params.now_on,
            utc_offset_min: params.utc_offset_min,
            ..ContextBody::default()
        };
        Self {
            surface: params.surface,
            limit: params.limit,
            domains: params.domains,
            filter: None,
            context: Some(context),
            explain: params.explain,
        }
    }
}

crate::input! {
    /// A question about a group: either its members or the party they sit in.
    #[derive(Debug, Clone, ToSchema)]
    pub struct GroupBody {
        /// Who, 1 to 100 people.
        #[schema(value_type = Option<Vec<String>>, example = json!(["demo:ana", "demo:bo"]))]
        members: Option<Vec<UserId>>,
        /// The party whose members are meant.
        #[schema(value_type = Option<String>)]
        party: Option<PartyId>,
        /// How members are weighed; as configured when absent.
        strategy: Option<StrategyName>,
        /// How many items, 1 to 100; 10 when absent.
        #[schema(example = 10, minimum = 1, maximum = 100)]
        limit: Option<u32>,
        /// Which domains; all mixed when absent.
        domains: Option<Vec<DomainName>>,
        /// Which items may come at all.
        filter: Option<FilterBody>,
        /// What must not come.
        #[schema(value_type = Option<Vec<String>>, example = json!(["demo:film-alien"]))]
        vetoes: Option<Vec<ItemId>>,
        /// One weight per member, from 0; equal when absent.
        #[schema(example = json!([1.0, 2.0]))]
        weights: Option<Vec<f32>>,
        /// What is going on around the group.
        context: Option<ContextBody>,
    }
}
